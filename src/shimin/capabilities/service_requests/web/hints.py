"""The box while somebody writes: a fragment with what the platform makes of the words so far. Nothing is kept."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from shimin.capabilities.catalogue.public import city_of, get_region
from shimin.capabilities.service_requests.public import (
    KIND_WORDS,
    LookOver,
    Place,
    RequestKind,
    look_over,
    read_filing,
)
from shimin.capabilities.service_requests.web.presenting import day_words
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput
from shimin.kernel.rate import LocalBucket
from shimin.kernel.web.access import Request, public

# A pause of most of a second lies between two calls of the script; who asks faster than it can is no writer.
_looks = LocalBucket(limit=40, per_seconds=60)
_FEWEST = 6  # characters; "路灯坏了" says too little to be compared


@require_POST
@csrf_protect
@public(transaction=False, acting=True)
def hints(request: Request, region_code: str) -> HttpResponse:
    """Return the fragment for the words so far; 204 where they say too little, or cannot be filed as they are."""
    city = city_of(get_region(region_code).code)
    _looks.take(str(request.actor.account_id or request.META.get("REMOTE_ADDR", "")))
    said = request.POST
    kind = said.get("kind", "")
    try:
        filing = read_filing(
            city_code=city.code, words=said.get("words", ""), kind=RequestKind(kind) if kind else None,
            place=Place(said.get("address", ""), said.get("region_code", "")),
        )  # fmt: skip
    except (InvalidInput, ValueError):  # the form itself says what is wrong, when it is sent
        return _private(HttpResponse(status=204))
    if len(filing.words) < _FEWEST:
        return _private(HttpResponse(status=204))
    seen = look_over(actor=request.actor, filing=filing, now=clock.now())
    context = {
        "seen": seen, "kind": KIND_WORDS[seen.kind], "due": day_words(seen.due_at), "is_chosen": bool(kind),
        "summary": _summary(seen),
    }  # fmt: skip
    return _private(render(request, "service_requests/_hints.html", context))


def _summary(seen: LookOver) -> str:
    """Return one sentence for who hears the page: short, because it is said while they write."""
    parts = [f"看起来是{KIND_WORDS[seen.kind]}"]
    if seen.category:
        parts.append(f"类别{seen.category.category_code}")
    if seen.similar:
        parts.append(f"有{len(seen.similar)}件类似的事在办")
    known = len(seen.answers) + len(seen.articles)
    if known:
        parts.append(f"有{known}条现成的答复")
    if seen.personal_data:
        parts.append(f"里面写了{'、'.join(seen.personal_data)}")
    return "，".join(parts) + "。"


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
