"""What is known of a consumer's matter, for who filed it and for who handles it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from shimin.capabilities.service_requests.consumer.domain.consumer import (
    OUTCOME_WORDS,
    OUTCOMES_OF,
    Business,
    Complainant,
    Demand,
    LawNote,
    Outcome,
    law_for,
)
from shimin.capabilities.service_requests.consumer.models import ConsumerMatter
from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.domain.steps import Action
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.queries.matters import MatterRoom, MatterView, register_matter
from shimin.capabilities.service_requests.queries.rows import WHOLE_CITY
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.crypto import decrypt
from shimin.kernel.values.masking import mask_address, mask_name, mask_phone

COMPLAINANT = "service_requests.consumer.complainant"


@dataclass(frozen=True, slots=True)
class ConsumerView(MatterView):
    """A matter of 12315. ``complainant`` is masked for staff, None where they may not know or nobody said."""

    business: Business
    goods: str
    demand: Demand | None
    bought_date: date | None
    amount_fen: int | None
    is_taken_up: bool
    outcome: Outcome | None
    complainant: Complainant | None
    law: tuple[LawNote, ...]

    @property
    def next_step(self) -> str:
        """What the clock runs for."""
        if self.demand is None:
            return "核查并决定是否立案"
        return "结束调解" if self.is_taken_up else "决定是否受理"

    @property
    def outcomes(self) -> Sequence[tuple[str, str]]:
        """See ``MatterView``."""
        kind = RequestKind.REPORT if self.demand is None else RequestKind.COMPLAINT
        return [(str(each), OUTCOME_WORDS[each]) for each in OUTCOMES_OF[kind]]

    def fits(self, action: Action) -> bool:
        """A complaint is taken up or refused first, then concluded; a report is concluded."""
        if action is Action.CONCLUDE:
            return self.is_taken_up or self.demand is None
        return self.demand is not None and not self.is_taken_up

    def as_json(self) -> dict[str, Any]:
        """Return the business, what is wanted, and what came of it ("" until it was concluded)."""
        return {
            "business_name": self.business.name, "business_address": self.business.address,
            "credit_code": self.business.credit_code, "goods": self.goods, "demand": str(self.demand or ""),
            "amount_fen": self.amount_fen, "is_taken_up": self.is_taken_up, "outcome": str(self.outcome or ""),
        }  # fmt: skip


def consumer_view(actor: Actor, row: ServiceRequest) -> ConsumerView | None:
    """Return the matter of a request that the actor may see. In a scope; one statement."""
    matter = ConsumerMatter.objects.filter(city_code=row.city_code, request_id=row.id).first()
    if matter is None:
        return None
    return ConsumerView(
        business=Business(
            matter.business_name, matter.business_address, matter.credit_code, matter.business_status, "",
            row.region_code, matter.business_lng, matter.business_lat,
        ),
        goods=matter.goods, demand=Demand(matter.demand) if matter.demand else None, bought_date=matter.bought_date,
        amount_fen=matter.amount_fen, is_taken_up=matter.taken_up_level == row.level,
        outcome=Outcome(matter.outcome) if matter.outcome else None, complainant=_who(actor, row, matter),
        law=law_for(RequestKind(row.request_kind), matter.demand),
    )  # fmt: skip


def _who(actor: Actor, row: ServiceRequest, matter: ConsumerMatter) -> Complainant | None:
    is_staff = actor.kind is ActorKind.STAFF
    if not matter.complainant or (is_staff and row.is_confidential and not any(map(actor.has_role, WHOLE_CITY))):
        return None
    said = orjson.loads(decrypt(bytes(matter.complainant), context=COMPLAINANT))
    who = Complainant(said["name"], said["phone"], said["address"])
    if not is_staff:
        return who
    phone = mask_phone(who.phone) if who.phone else ""
    return Complainant(mask_name(who.name) if who.name else "", phone, mask_address(who.address) if who.address else "")


register_matter(
    MatterRoom(
        Matter.CONSUMER, consumer_view,
        actions=frozenset({Action.TAKE_UP, Action.REFUSE, Action.CONCLUDE}),
        instead_of=frozenset({Action.REPLY, Action.DRAFT_REPLY}),
    )
)  # fmt: skip
