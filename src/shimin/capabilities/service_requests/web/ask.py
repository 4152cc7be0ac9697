"""说说您的问题: write, look over what the platform makes of it, file, keep the receipt."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from shimin.capabilities.catalogue.public import KnownPlace, city_of, get_region, has_known_places, list_cities
from shimin.capabilities.service_requests.public import (
    KIND_WORDS,
    Filing,
    Place,
    RequestKind,
    file_request,
    is_danger,
    join_request,
    look_over,
    read_filing,
    words_beside_voice,
)
from shimin.capabilities.service_requests.web.forms import AskForm
from shimin.capabilities.service_requests.web.kept_codes import keep_code
from shimin.capabilities.service_requests.web.nearby import NEARBY_STEPS, chosen_place, nearby_page, with_place
from shimin.capabilities.service_requests.web.presenting import day_words
from shimin.capabilities.service_requests.web.uploads import SentPhotos, take_photos
from shimin.capabilities.service_requests.web.voice_uploads import SentVoices, take_voices
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput
from shimin.kernel.rate import LocalBucket
from shimin.kernel.web.access import Request, public, signed_in


@dataclass(frozen=True, slots=True)
class Sent:
    """The files of a form."""

    photos: SentPhotos
    voices: SentVoices


# Looking over costs a comparison with two hundred texts.
_previews = LocalBucket(limit=20, per_seconds=60)


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@public(transaction=False, acting=True)
def ask(request: Request, region_code: str) -> HttpResponse:
    """Show the box; POST looks over what was written, and (step=file) files it."""
    city = city_of(get_region(region_code).code)
    districts = [(each.code, each.name) for each in list_cities(city.code)]
    if request.method != "POST":
        return _page(request, city.code, AskForm(districts))
    photos = take_photos(request, city_code=city.code)
    voices = take_voices(request, city_code=city.code)
    sent = Sent(photos, voices)
    if request.POST.get("step") in NEARBY_STEPS:
        chosen = chosen_place(request.POST, city.code)
        if chosen is None and request.POST["step"] != "back":
            return nearby_page(request, city, sent.photos.tokens, sent.voices.tokens)
        begun = AskForm(districts, begun=with_place(request.POST, chosen))
        return _page(request, city.code, begun, sent, chosen=chosen)
    form = AskForm(districts, _with_words(_with_position(request.POST, photos), voices))
    try:
        filing = _read(form, city.code)
    except InvalidInput as wrong:
        for name, words in wrong.fields.items():
            form.add_error(name if name in form.fields else None, words)
    for fault in photos.faults:
        form.add_error("photos", fault)
    for fault in voices.faults:
        form.add_error("voices", fault)
    if form.errors:
        return _page(request, city.code, form, sent, status=422)
    if request.POST.get("step") == "file":
        return _file(request, filing, sent)
    if request.POST.get("step") == "edit":
        return _page(request, city.code, form, sent)
    return _look_over(request, city.code, form, filing, sent)


def _with_words(said: QueryDict, voices: SentVoices) -> QueryDict:
    """Return what was said; who has only spoken need not write."""
    words = words_beside_voice(said.get("words", ""), has_voice=bool(voices.tokens))
    if words == said.get("words", ""):
        return said
    with_it = said.copy()
    with_it["words"] = words
    return with_it


def _with_position(said: QueryDict, photos: SentPhotos) -> QueryDict:
    """Return what was said with the position of a photo in it, where the person agreed and named no other; without
    any where they have just said that it is wrong.
    """
    if said.get("step") == "no_place":
        without = said.copy()
        for name in ("lng", "lat", "accuracy_metres", "uses_photo_position"):
            without[name] = ""
        return without
    if photos.position is None or not said.get("uses_photo_position") or said.get("lng") or said.get("lat"):
        return said
    with_it = said.copy()
    with_it["lng"], with_it["lat"] = str(photos.position.lng), str(photos.position.lat)
    with_it["accuracy_metres"] = ""
    return with_it


def _read(form: AskForm, city_code: str) -> Filing:
    if not form.is_valid():
        raise InvalidInput(fields={name: str(words[0]) for name, words in form.errors.items() if name in form.fields})
    said = form.cleaned_data
    accuracy = said["accuracy_metres"]
    has_point = said["lng"] is not None and said["lat"] is not None
    return read_filing(
        city_code=city_code, words=said["words"], kind=RequestKind(said["kind"]) if said["kind"] else None,
        place=Place(
            said["address"], said["region_code"], said["lng"] if has_point else None, said["lat"] if has_point else None
        ),
        accuracy_metres=round(accuracy) if has_point and accuracy is not None and abs(accuracy) < 1e6 else None,
        is_confidential=said["is_confidential"], is_emergency=said["is_emergency"], contact_phone=said["contact_phone"],
    )  # fmt: skip


def _page(
    request: Request,
    city_code: str,
    form: AskForm,
    sent: Sent | None = None,
    *,
    chosen: KnownPlace | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "city": get_region(city_code),
        "form": form,
        "has_places": has_known_places(city_code),
        "chosen": chosen,
        "more": [form[name] for name in ("region_code", "kind", "contact_phone", "is_confidential")],
        "more_open": any(form[name].errors for name in ("region_code", "kind", "contact_phone")),
        "is_danger": is_danger(str(form["words"].value() or "")),
        "thumbnails": sent.photos.thumbnails if sent else [],
        "players": sent.voices.players if sent else [],
    }
    return _private(render(request, "service_requests/ask.html", context, status=status))


def _look_over(request: Request, city_code: str, form: AskForm, filing: Filing, sent: Sent) -> HttpResponse:
    """Show what the platform makes of the words before anything is kept."""
    _previews.take(str(request.actor.account_id or request.META.get("REMOTE_ADDR", "")))
    seen = look_over(actor=request.actor, filing=filing, now=clock.now())
    context: dict[str, Any] = {
        "city": get_region(city_code),
        "filing": filing,
        "form": form,
        "kind": KIND_WORDS[filing.kind],
        "category": seen.category.category_code if seen.category else "",
        "agency": seen.agencies[0].agency if seen.agencies else "",
        "personal_data": seen.personal_data,
        "elsewhere": seen.elsewhere,
        "has_insults": seen.has_insults,
        "due": day_words(seen.due_at),
        "similar": seen.similar,
        "answers": seen.answers,
        "articles": seen.articles,
        "fields": [
            *_kept_fields(form, filing),
            *(("photo", token) for token in sent.photos.tokens),
            *(("voice", token) for token in sent.voices.tokens),
        ],
        "thumbnails": sent.photos.thumbnails,
        "players": sent.voices.players,
        "is_photo_position": sent.photos.position is not None and form.cleaned_data["uses_photo_position"],
        "key": secrets.token_urlsafe(24),
    }
    return _private(render(request, "service_requests/look_over.html", context))


def _kept_fields(form: AskForm, filing: Filing) -> list[tuple[str, str]]:
    """Return what was written as hidden fields: the next page needs it again."""
    said = {name: form.cleaned_data[name] for name in form.fields}
    said |= {"words": filing.words, "kind": str(filing.kind)}
    kept = {
        name: "on" if value is True else str(value) for name, value in said.items() if value not in (None, "", False)
    }
    return list(kept.items())


def _file(request: Request, filing: Filing, sent: Sent) -> HttpResponse:
    receipt = file_request(
        actor=request.actor, filing=filing, idempotency_key=request.POST.get("key", "")[:64], now=clock.now(),
        address=request.META.get("REMOTE_ADDR", ""), photo_ids=sent.photos.photo_ids,
        voice_ids=sent.voices.voice_ids,
    )  # fmt: skip
    response = HttpResponseRedirect(reverse("service_requests:receipt", args=[receipt.number]))
    if request.actor.account_id is None:
        keep_code(request, response, receipt.number, receipt.query_code)
    return response


@require_POST
@csrf_protect
@signed_in(transaction=False)
def join(request: Request, request_id: int) -> HttpResponse:
    """Join another's request."""
    number = join_request(actor=request.actor, request_id=request_id, now=clock.now())
    return HttpResponseRedirect(reverse("service_requests:follow", args=[number]))


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
