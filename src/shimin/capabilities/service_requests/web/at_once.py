"""One step for many requests of a queue: each is taken by itself, and each says what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from shimin.capabilities.catalogue.public import list_agencies
from shimin.capabilities.service_requests.public import DISPATCHER, Action, get_desk_request, take_desk_step
from shimin.capabilities.service_requests.web.desk_queues import QUEUES
from shimin.kernel import clock
from shimin.kernel.actor import Actor
from shimin.kernel.errors import DomainError, InvalidInput, NotFound
from shimin.kernel.web.access import Request, staff

MOST = 50
# Which steps a queue offers for many: those that need no look at the single request.
STEPS = {
    "handle": ((Action.ACCEPT, "签收"), (Action.INTERIM_REPLY, "告诉进展")),
    "dispatch": ((Action.DISPATCH, "派单"),),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one request. ``why`` is "" when the step was taken."""

    request_id: int
    title: str
    number: str
    why: str = ""
    mend: str = ""


def choices_for(key: str, actor: Actor) -> dict[str, Any]:
    """Return what the queue's page shows for steps at once: agencies are those of the cities the actor dispatches."""
    steps = STEPS.get(key, ())
    cities = {grant.region_code for grant in actor.grants if grant.role == DISPATCHER} if key == "dispatch" else set()
    agencies = [(each.id, each.name) for city in sorted(cities, key=str) for each in list_agencies(city)]
    return {"at_once": [(str(action), title) for action, title in steps], "agencies": agencies, "key": key}


@require_POST
@csrf_protect
@staff(transaction=False)
def at_once(request: Request, key: str) -> HttpResponse:
    """Take a step for each ticked request and tell what became of each."""
    shown, wanted = QUEUES.get(key), request.POST.get("action", "")
    step = next((each for each in STEPS.get(key, ()) if each[0] == wanted), None)
    if shown is None or step is None:
        raise NotFound
    agency = request.POST.get("agency", "")
    said: dict[str, Any] = {"words": request.POST.get("words", ""), "agency": agency, "photos": ()}
    ticked = _ticked(request.POST.getlist("request"))
    if step[0] is Action.DISPATCH and not (agency.isascii() and agency.isdigit() and len(agency) <= 18):
        ticked, fault = [], "请先选择派给哪个部门。"
    else:
        fault = "" if ticked else "没有选中任何一件。"
    outcomes = [_take(request, step[0], request_id, said) for request_id in ticked]
    context = {
        "queue": f"service_requests.{key}",
        "title": shown.title,
        "step": step[1],
        "fault": fault,
        "done": [each for each in outcomes if not each.why],
        "failed": [each for each in outcomes if each.why],
        "back": shown.url,
    }
    response = render(request, "service_requests/desk/at_once.html", context, status=422 if fault else 200)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _ticked(values: list[str]) -> list[int]:
    ids = [int(value) for value in dict.fromkeys(values) if value.isascii() and value.isdigit() and len(value) <= 18]
    if len(ids) > MOST:
        raise InvalidInput(f"一次最多处理{MOST}件。", mend="请分几次处理。")
    return ids


def _take(request: Request, action: Action, request_id: int, said: dict[str, Any]) -> Outcome:
    title = number = ""
    try:
        line = get_desk_request(actor=request.actor, request_id=request_id).line
        title, number = line.title, line.number
        take_desk_step(action=action, actor=request.actor, request_id=request_id, said=said, now=clock.now())
    except DomainError as wrong:
        why = "".join(getattr(wrong, "fields", {}).values()) or wrong.message
        return Outcome(request_id, title, number, why, wrong.mend)
    return Outcome(request_id, title, number)
