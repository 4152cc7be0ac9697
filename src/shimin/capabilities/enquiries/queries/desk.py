"""What officers see: disputes of their agencies, and how the sources behave. Never what a look-up answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from shimin.capabilities.enquiries.domain.disputes import DisputeReason, DisputeState
from shimin.capabilities.enquiries.models import Dispute, SourceHealth
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, NotFound

OFFICER = "enquiries.officer"
PAGE = 50


@dataclass(frozen=True, slots=True)
class DeskDispute:
    """A dispute as the officer reads it: the line it is about, without the person's identity."""

    dispute_id: int
    enquiry_id: int
    city_code: str
    agency_name: str
    item_name: str
    purpose: str
    basis: str
    fields: tuple[str, ...]
    channel: str
    read_at: datetime
    outcome: str
    reason: DisputeReason
    words: str
    state: DisputeState
    version: int
    filed_at: datetime
    due_at: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class SourceView:
    """How a source behaved in the last quarter of an hour."""

    system: str
    agency_name: str
    is_up: bool
    checked_at: datetime
    changed_at: datetime
    reads: int
    failures: int
    rejections: int
    median_ms: int | None
    waiting: int


def in_grants(actor: Actor) -> Q:
    """Return the predicate of the actor's grants as officer: agency and region of one and the same grant.

    Raises:
        Forbidden: the actor is no officer.
    """
    allowed = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role == OFFICER:
            within = Q() if grant.agency_id is None else Q(agency_id=grant.agency_id)
            within &= Q() if grant.region_code is None else Q(city_code=grant.region_code)
            if not within:
                return Q()
            allowed |= within
    if not actor.has_role(OFFICER):
        raise Forbidden
    return allowed


def list_disputes(actor: Actor, *, state: DisputeState = DisputeState.OPEN, limit: int = PAGE) -> list[DeskDispute]:
    """Return disputes in the actor's grants: open ones by due time, answered ones the latest first. One statement."""
    order = "due_at" if state is DisputeState.OPEN else "-answered_at"
    with scope(actor):
        rows = Dispute.objects.filter(in_grants(actor), state=state).select_related("enquiry").order_by(order, "id")
        return [_desk_view(row) for row in rows[:limit]]


def count_open_disputes(actor: Actor) -> int:
    """Return how many open disputes wait in the actor's grants."""
    with scope(actor):
        return Dispute.objects.filter(in_grants(actor), state=DisputeState.OPEN).count()


def get_dispute_for(*, actor: Actor, dispute_id: int) -> DeskDispute:
    """Return one dispute in the actor's grants.

    Raises:
        NotFound: there is none.
    """
    with scope(actor):
        row = Dispute.objects.filter(in_grants(actor), id=dispute_id).select_related("enquiry").first()
    if row is None:
        raise NotFound
    return _desk_view(row)


def list_sources(actor: Actor) -> list[SourceView]:
    """Return the sources in the actor's grants, those that are down first. One statement."""
    with scope(actor):
        rows = list(SourceHealth.objects.filter(in_grants(actor)).order_by("is_up", "system"))
    return [
        SourceView(
            system=row.system,
            agency_name=row.agency_name,
            is_up=row.is_up,
            checked_at=row.checked_at,
            changed_at=row.changed_at,
            reads=row.reads,
            failures=row.failures,
            rejections=row.rejections,
            median_ms=row.median_ms,
            waiting=row.waiting,
        )
        for row in rows
    ]


def _desk_view(row: Dispute) -> DeskDispute:
    line = row.enquiry
    return DeskDispute(
        dispute_id=row.id,
        enquiry_id=line.id,
        city_code=row.city_code,
        agency_name=line.agency_name,
        item_name=line.item_name,
        purpose=line.purpose,
        basis=line.basis,
        fields=tuple(line.fields),
        channel=line.channel,
        read_at=line.started_at,
        outcome=line.outcome,
        reason=DisputeReason(row.reason),
        words=row.words,
        state=DisputeState(row.state),
        version=row.version,
        filed_at=row.filed_at,
        due_at=row.due_at,
        answer=row.answer,
        answered_at=row.answered_at,
    )
