"""The desk of those who ask the city: drafts, publication, withdrawal."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.catalogue.public import get_region
from shimin.capabilities.indicators.public import (
    POLLSTER,
    PollPhase,
    change_poll,
    draft_poll,
    get_poll_for,
    list_polls_for,
    publish_poll,
    turnout,
    withdraw_poll,
)
from shimin.capabilities.indicators.web.forms import PollForm, initial_of, last_day
from shimin.capabilities.indicators.web.polls import PHASE_LIGHTS, PHASE_WORDS
from shimin.kernel import clock
from shimin.kernel.db import scope
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.web.access import Request, staff

_QUEUE = "indicators.polls"


@require_safe
@staff(POLLSTER)
def polls(request: Request) -> HttpResponse:
    """List the polls of the officer's cities, drafts too."""
    now = clock.now()
    rows = [
        (poll, PHASE_WORDS[poll.phase(now)], PHASE_LIGHTS[poll.phase(now)], last_day(poll),
         None if poll.phase(now) is PollPhase.DRAFT else turnout(poll.poll_id))
        for poll in list_polls_for(request.actor)
    ]  # fmt: skip
    return _private(render(request, "indicators/desk/polls.html", {"queue": _QUEUE, "rows": rows}))


@require_http_methods(["GET", "HEAD", "POST"])
@staff(POLLSTER)
def new(request: Request) -> HttpResponse:
    """Write a new poll for the officer's city."""
    city = next(
        (grant.region_code for grant in request.actor.grants if grant.role == POLLSTER and grant.region_code), ""
    )
    form = PollForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            poll_id = draft_poll(actor=request.actor, draft=form.draft(city or "430100"), now=clock.now())
            return HttpResponseRedirect(reverse("indicators:desk_poll", args=[poll_id]))
        except InvalidInput as wrong:
            form.tell(wrong.fields)
    status = 422 if form.is_bound else 200
    return _private(render(request, "indicators/desk/poll_new.html", {"queue": _QUEUE, "form": form}, status=status))


@require_http_methods(["GET", "HEAD", "POST"])
@staff(POLLSTER)
def poll(request: Request, poll_id: int) -> HttpResponse:
    """Show a poll with what can be done with it; POST writes a draft anew."""
    form = PollForm(request.POST) if request.method == "POST" else None
    with scope(request.actor):
        shown = get_poll_for(actor=request.actor, poll_id=poll_id)
    if form is not None and form.is_valid():
        try:
            change_poll(
                actor=request.actor, poll_id=poll_id, version=form.cleaned_data["version"] or 0,
                draft=form.draft(shown.city_code), now=clock.now(),
            )  # fmt: skip
            return HttpResponseRedirect(reverse("indicators:desk_poll", args=[poll_id]))
        except InvalidInput as wrong:
            form.tell(wrong.fields)
    return _show(request, poll_id, form, status=422 if form is not None else 200)


@require_POST
@staff(POLLSTER)
def publish(request: Request, poll_id: int) -> HttpResponse:
    """Let everybody see the version that the officer has read."""
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 9):
        raise NotFound
    publish_poll(actor=request.actor, poll_id=poll_id, version=int(version), now=clock.now())
    return HttpResponseRedirect(reverse("indicators:desk_poll", args=[poll_id]))


@require_POST
@staff(POLLSTER)
def withdraw(request: Request, poll_id: int) -> HttpResponse:
    """End a published poll, with a reason."""
    try:
        withdraw_poll(
            actor=request.actor, poll_id=poll_id, reason=request.POST.get("reason", "")[:1000], now=clock.now()
        )
    except InvalidInput as wrong:
        return _show(request, poll_id, None, fault=wrong.fields.get("reason", wrong.message), status=422)
    return HttpResponseRedirect(reverse("indicators:desk_poll", args=[poll_id]))


def _show(request: Request, poll_id: int, form: PollForm | None, *, fault: str = "", status: int = 200) -> HttpResponse:
    with scope(request.actor):
        shown = get_poll_for(actor=request.actor, poll_id=poll_id)
        phase = shown.phase(clock.now())
        context = {
            "queue": _QUEUE, "poll": shown, "region": get_region(shown.city_code), "phase": phase,
            "word": PHASE_WORDS[phase], "light": PHASE_LIGHTS[phase], "last_day": last_day(shown), "fault": fault,
            "turnout": None if phase is PollPhase.DRAFT else turnout(poll_id),
            "form": (form or PollForm(initial=initial_of(shown))) if phase is PollPhase.DRAFT else None,
        }  # fmt: skip
        return _private(render(request, "indicators/desk/poll.html", context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
