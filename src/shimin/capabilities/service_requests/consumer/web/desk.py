"""A matter of 12315 beside its request, and the look at who complains, for officers who say why."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from shimin.capabilities.service_requests.consumer.public import (
    DEMAND_WORDS,
    OUTCOME_WORDS,
    Complainant,
    ConsumerView,
    reveal_complainant,
)
from shimin.capabilities.service_requests.consumer.web.pages import STATUS
from shimin.capabilities.service_requests.public import OFFICER, DeskRequest, get_desk_request
from shimin.capabilities.service_requests.web.desk import desk_page
from shimin.capabilities.service_requests.web.matter_parts import MatterPart, register_matter_part
from shimin.capabilities.service_requests.web.place_map import place_map
from shimin.kernel import clock
from shimin.kernel.actor import Actor
from shimin.kernel.errors import InvalidInput
from shimin.kernel.web.access import Request, staff


@require_POST
@csrf_protect
@staff(transaction=False)
def reveal(request: Request, request_id: int) -> HttpResponse:
    """Show who complains in full, to who says why."""
    shown = get_desk_request(actor=request.actor, request_id=request_id)
    try:
        who = reveal_complainant(
            actor=request.actor, request_id=request_id, words=request.POST.get("words", ""), now=clock.now()
        )
    except InvalidInput as wrong:
        fault = next(iter(wrong.fields.values()), wrong.message)
        said = f"请写原因。{fault if '字' in fault else ''}"
        part = part_of(shown.matter, shown.line.city_code, shown, request.actor, fault=said)
        return desk_page(request, shown, more={"matter": part}, status=422)
    shown = get_desk_request(actor=request.actor, request_id=request_id)
    part = part_of(shown.matter, shown.line.city_code, shown, request.actor, revealed=who)
    return desk_page(request, shown, more={"matter": part})


def part_of(
    view: object,
    city_code: str,
    shown: DeskRequest | None,
    actor: Actor,
    *,
    revealed: Complainant | None = None,
    fault: str = "",
) -> MatterPart:
    """Return the matter as ``_matter.html`` shows it."""
    assert isinstance(view, ConsumerView)
    firm = view.business
    part = {
        "consumer": view,
        "status": STATUS.get(firm.status, ("", firm.status))[1],
        "demand": DEMAND_WORDS[view.demand] if view.demand else "",
        "outcome": OUTCOME_WORDS[view.outcome] if view.outcome else "",
        "map": place_map(city_code, firm.lng, firm.lat),
        "for_staff": shown is not None,
        "request_id": shown.line.request_id if shown is not None else None,
        "may_reveal": shown is not None and _may_reveal(actor, view, shown),
        "revealed": revealed,
        "reveal_fault": fault,
    }
    return MatterPart("consumer/_matter.html", part)


def _may_reveal(actor: Actor, view: ConsumerView, shown: DeskRequest) -> bool:
    """Offer the look at who complains where there is one; the operation decides."""
    who = view.complainant
    return who is not None and bool(who.phone or who.name) and actor.has_role(OFFICER) and not shown.is_confidential


register_matter_part(ConsumerView, part_of)
