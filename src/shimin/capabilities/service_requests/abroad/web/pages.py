"""在境外求助: choose where, see local time and the nearest mission, ask for help; and the duty desk's hand-overs."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from shimin.capabilities.catalogue.public import city_of, get_region
from shimin.capabilities.service_requests.abroad.public import (
    CALL_CENTRE,
    SOURCE,
    Country,
    Mission,
    Whereabouts,
    all_countries,
    file_abroad,
    hand_over_duty,
    list_hand_overs,
    read_whereabouts,
    take_duty,
)
from shimin.capabilities.service_requests.public import DISPATCHER, LONGEST_WORDS
from shimin.capabilities.service_requests.web.kept_codes import keep_code
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput
from shimin.kernel.web.access import Request, public, staff

_NEEDED = {"zone", "place", "words", "contact"}
_NULLS = {"null_characters_not_allowed": "有不能保存的字符，请删掉。"}


class AbroadForm(forms.Form):
    """Where somebody is, how to reach them, what they need."""

    use_required_attribute = False

    zone = forms.ChoiceField(label="大致在哪一带", required=False)
    place = forms.CharField(
        label="您在哪里", required=False, max_length=1_000, help_text="城市、街道、酒店或附近的标志，写得越细越好。",
        error_messages=_NULLS,
    )  # fmt: skip
    words = forms.CharField(
        label="遇到什么事，要什么帮助", required=False, max_length=LONGEST_WORDS * 20, error_messages=_NULLS,
        widget=forms.Textarea(attrs={"rows": 5}), help_text="例如：护照和钱包在地铁站被偷，明天要回国。",
    )  # fmt: skip
    name = forms.CharField(label="您的姓名", required=False, max_length=400, error_messages=_NULLS)
    contact = forms.CharField(
        label="怎么找到您", required=False, max_length=1_000, error_messages=_NULLS,
        help_text="电话带国家区号，或写微信号。",
    )  # fmt: skip
    is_emergency = forms.BooleanField(label="现在有生命危险（请先打当地报警电话）", required=False)

    def __init__(self, country: Country, data: Any = None) -> None:
        super().__init__(data)
        self.fields["zone"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"), *((each.name, each.place) for each in country.zones)
        ]  # fmt: skip
        if len(country.zones) == 1:
            del self.fields["zone"]
        for name in _NEEDED & self.fields.keys():
            self.fields[name].is_needed = True  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@public(transaction=False, acting=True)
def abroad(request: Request, region_code: str) -> HttpResponse:
    """Choose a country (``country``), then ask for help there."""
    city = city_of(get_region(region_code).code)
    country = all_countries().get(request.GET.get("country", "")[:2])
    if country is None:
        return _page(request, city.code)
    if request.method != "POST":
        return _page(request, city.code, country, AbroadForm(country))
    form = AbroadForm(country, request.POST)
    try:
        if not form.is_valid():
            raise InvalidInput(fields={})
        said = form.cleaned_data
        receipt = file_abroad(
            actor=request.actor, city_code=city.code, whereabouts=_where(country, said), words=said["words"],
            is_emergency=said["is_emergency"], idempotency_key=request.POST.get("key", "")[:64], now=clock.now(),
            address=str(request.META.get("REMOTE_ADDR", "")),
        )  # fmt: skip
    except InvalidInput as wrong:
        for name, words in wrong.fields.items():
            form.add_error(name if name in form.fields else None, words)
        return _page(request, city.code, country, form, status=422)
    response = HttpResponseRedirect(reverse("service_requests:receipt", args=[receipt.number]))
    if request.actor.account_id is None:
        keep_code(request, response, receipt.number, receipt.query_code)
    return response


def _where(country: Country, said: dict[str, Any]) -> Whereabouts:
    return read_whereabouts(
        country=country.code, zone=said.get("zone", ""), place=said["place"], name=said["name"], contact=said["contact"]
    )


def _page(
    request: Request, city_code: str, country: Country | None = None, form: AbroadForm | None = None, status: int = 200
) -> HttpResponse:
    now = clock.now()
    places = _places(country, now) if country is not None else []
    context = {
        "city": get_region(city_code),
        "countries": sorted(all_countries().values(), key=lambda each: each.name),
        "country": country,
        "places": places,
        "form": form,
        "call_centre": CALL_CENTRE,
        "source": SOURCE,
        "key": request.POST.get("key", "")[:64] or secrets.token_urlsafe(24),
    }
    response = render(request, "abroad/ask.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _places(country: Country, now: datetime) -> list[tuple[str, str, Mission]]:
    """Return of each zone (a dozen at most): its town, the time there, the nearest mission."""
    there = [Whereabouts(country, zone, "", "", "") for zone in country.zones[:12]]
    return [(each.zone.place, each.local_words(now), each.mission) for each in there]


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@staff(DISPATCHER, transaction=False)
def duty(request: Request) -> HttpResponse:
    """Show the hand-overs; POST gives the desk over."""
    fault = ""
    if request.method == "POST":
        try:
            hand_over_duty(actor=request.actor, words=request.POST.get("words", ""), now=clock.now())
            return HttpResponseRedirect(reverse("abroad:duty"))
        except InvalidInput as wrong:
            fault = next(iter(wrong.fields.values()), wrong.message)
    rows = list_hand_overs(request.actor)
    context = {
        "queue": "service_requests.abroad", "rows": rows, "fault": fault,
        "is_open": bool(rows) and rows[0].taken_at is None,
    }  # fmt: skip
    response = render(request, "abroad/duty.html", context, status=422 if fault else 200)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@csrf_protect
@staff(DISPATCHER, transaction=False)
def take(request: Request, hand_over_id: int) -> HttpResponse:
    """Take the desk over."""
    take_duty(actor=request.actor, hand_over_id=hand_over_id, now=clock.now())
    return HttpResponseRedirect(reverse("abroad:duty"))
