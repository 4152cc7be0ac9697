"""The co-handler's desk: the queue of its parts with lights, one part with the request behind it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.service_requests.joint_handling.public import (
    OwnPart,
    PartAction,
    accept_part,
    decline_part,
    get_lent_photo,
    get_own_part,
    give_contribution,
    list_own_parts,
)
from shimin.capabilities.service_requests.joint_handling.web.forms import PartForm, add_faults
from shimin.capabilities.service_requests.joint_handling.web.presenting import (
    RequestFacts,
    answer_note,
    moment_words,
    part_light,
    part_promise,
    part_steps,
)
from shimin.capabilities.service_requests.public import KIND_WORDS, OFFICER
from shimin.capabilities.service_requests.web.uploads import photos_of_step
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.files import RenditionName
from shimin.kernel.web.access import Request, staff
from shimin.kernel.web.api import decode_cursor, encode_cursor
from shimin.kernel.web.files import photo_response

_OFFERED = (PartAction.ACCEPT, PartAction.GIVE, PartAction.DECLINE)


@require_safe
@staff(OFFICER)
def queue(request: Request) -> HttpResponse:
    """List what the own agency co-handles, the most urgent first."""
    now, after = clock.now(), _position(request.GET.get("after", ""))
    page = list_own_parts(request.actor, after=after)
    following = f"?after={encode_cursor(page.next[0].isoformat(), page.next[1])}" if page.next else ""
    context = {
        "queue": "service_requests.joint", "rows": [_row(line, now) for line in page.lines], "next_url": following,
        "previous_url": "?" if after else "",
    }  # fmt: skip
    return _private(render(request, "joint_handling/desk/queue.html", context))


@require_safe
@staff(OFFICER, transaction=False)
def show(request: Request, part_id: int) -> HttpResponse:
    """Show one part with its buttons."""
    return _page(request, get_own_part(actor=request.actor, part_id=part_id))


@require_POST
@csrf_protect
@staff(OFFICER, transaction=False)
def act(request: Request, part_id: int, action: str) -> HttpResponse:
    """Accept, decline or contribute, and show the part again."""
    own = get_own_part(actor=request.actor, part_id=part_id)
    wanted = next((each for each in _OFFERED if each == action), None)
    if wanted is None:
        raise NotFound
    form = PartForm(wanted, request.POST)
    if not form.is_valid():
        return _page(request, own, wrong=(wanted, form))
    where: dict[str, Any] = {"actor": request.actor, "part_id": part_id, "now": clock.now()}
    try:
        match wanted:
            case PartAction.ACCEPT:
                accept_part(**where)
            case PartAction.DECLINE:
                decline_part(**where, words=form.cleaned_data["words"])
            case _:
                photo_ids = photos_of_step(request, city_code=own.part.city_code)
                give_contribution(**where, words=form.cleaned_data["words"], photo_ids=photo_ids)
    except InvalidInput as refused:
        add_faults(form, refused.fields, refused.message)
        return _page(request, own, wrong=(wanted, form))
    return HttpResponseRedirect(reverse("joint_handling:part", args=[part_id]))


@require_safe
@staff(OFFICER, transaction=False)
def photo(request: Request, part_id: str, photo_id: str, size: str) -> HttpResponse:
    """Show a photo of a lent request, or of the own contribution."""
    number = int(photo_id)
    if number >= 2**63:
        raise NotFound("没有找到这张照片。")
    digest = get_lent_photo(actor=request.actor, part_id=int(part_id), photo_id=number, size=RenditionName(size))
    return photo_response(request, digest)


def _page(request: Request, own: OwnPart, *, wrong: tuple[PartAction, PartForm] | None = None) -> HttpResponse:
    now, part, lent = clock.now(), own.part, own.request
    forms = [
        (str(action), wrong[1], True) if wrong and wrong[0] is action else (str(action), PartForm(action), False)
        for action in _OFFERED
        if action in part.actions and not (action is PartAction.DECLINE and _may_not_decline(own, now))
    ]
    light, word = part_light(part)
    context = {
        "queue": "service_requests.joint", "part": part, "lent": lent, "light": light, "word": word,
        "kind": KIND_WORDS[lent.kind] if lent else "", "forms": forms, "wrong_form": wrong[1] if wrong else None,
        "promise": part_promise(part, _facts(own), now) if lent else None, "answer_note": answer_note(part, now),
        "steps": part_steps(part),
        "taken": [
            {
                "title": step.title, "state": "done", "who": step.agency, "when": moment_words(step.taken_at),
                "note": step.words,
            }
            for step in own.steps
        ],
        "photos": [photo for photo in own.photos if not photo.is_own],
        "own_photos": [photo for photo in own.photos if photo.is_own],
    }  # fmt: skip
    return _private(render(request, "joint_handling/desk/part.html", context, status=422 if wrong else 200))


def _may_not_decline(own: OwnPart, now: datetime) -> bool:
    return own.part.is_fixed or now >= own.part.respond_by_at


def _row(own: OwnPart, now: datetime) -> tuple[Any, ...]:
    assert own.request is not None
    promise = part_promise(own.part, _facts(own), now)
    return (
        own.part,
        own.request,
        KIND_WORDS[own.request.kind],
        part_light(own.part),
        promise,
        answer_note(own.part, now),
    )


def _facts(own: OwnPart) -> RequestFacts:
    assert own.request is not None
    lent = own.request
    return RequestFacts(own.part.city_code, lent.kind, lent.is_emergency, lent.filed_at, lent.is_clock_running)


def _position(text: str) -> tuple[datetime, int] | None:
    if not text:
        return None
    at, part_id = decode_cursor(text[:200], str, int)
    try:
        return datetime.fromisoformat(at), part_id
    except ValueError:
        raise InvalidInput("翻页位置无效。", mend="请从第一页重新开始。") from None


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
