"""As what somebody stands to a part."""

from __future__ import annotations

from shimin.capabilities.service_requests.joint_handling.domain.parts import PartWho
from shimin.capabilities.service_requests.joint_handling.models import Part
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.queries.rows import DISPATCHER, OFFICER, SUPERVISOR, has_role_for
from shimin.kernel.actor import Actor

_ROLES = {PartWho.LEAD: OFFICER, PartWho.DISPATCHER: DISPATCHER, PartWho.SUPERVISOR: SUPERVISOR}


def request_roles(actor: Actor, row: ServiceRequest) -> set[PartWho]:
    """Return as what the actor's grants cover a request."""
    return {who for who, role in _ROLES.items() if has_role_for(actor, role, row)}


def part_roles(actor: Actor, row: ServiceRequest, part: Part) -> set[PartWho]:
    """Return as what the actor's grants cover a part of a request."""
    found = request_roles(actor, row)
    if covers(actor, part.agency_id, part.city_code):
        found.add(PartWho.CO_HANDLER)
    return found


def covers(actor: Actor, agency_id: int, city_code: str) -> bool:
    """Tell whether the actor is an officer of an agency in a city."""
    return any(
        grant.role == OFFICER and grant.agency_id in (None, agency_id) and grant.region_code in (None, city_code)
        for grant in actor.grants
    )
