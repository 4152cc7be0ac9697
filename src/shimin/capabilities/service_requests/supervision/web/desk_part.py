"""The cards of a request on its page at the desk, with the agency's appeal."""

from __future__ import annotations

from shimin.capabilities.service_requests.public import DISPATCHER, OFFICER, REVIEWER, DeskPart, register_desk_part
from shimin.capabilities.service_requests.supervision.public import list_cards_of
from shimin.capabilities.service_requests.supervision.web.pages import card_rows
from shimin.kernel.actor import Actor


def cards_of(*, actor: Actor, request_id: int, agency_id: int | None) -> DeskPart | None:
    """Return the cards of a request; None without one."""
    rows = card_rows(list_cards_of(actor, request_id))
    if not rows:
        return None
    may_appeal = _may_appeal(actor, agency_id)
    return DeskPart("supervision/_cards.html", {"cards": rows, "may_appeal": may_appeal, "request_id": request_id})


def _may_appeal(actor: Actor, agency_id: int | None) -> bool:
    """Offer the appeal to the desk that has the request; the operation decides."""
    wanted = (OFFICER, REVIEWER) if agency_id is not None else (DISPATCHER,)
    return any(grant.role in wanted and grant.agency_id in (None, agency_id) for grant in actor.grants)


register_desk_part(cards_of)
