"""The access log as its person reads it: 谁看过我的数据."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.enquiries.domain.disputes import DisputeReason, DisputeState
from shimin.capabilities.enquiries.domain.outcomes import Outcome
from shimin.capabilities.enquiries.models import Dispute, Enquiry
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound, SignInRequired

PAGE = 20


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A person's dispute of one reading. ``answer`` is empty while it is open."""

    dispute_id: int
    reason: DisputeReason
    words: str
    state: DisputeState
    filed_at: datetime
    due_at: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Read:
    """One line of the access log. ``reason`` is an error's code; ``acted_by``: who acted for the person, masked."""

    enquiry_id: int
    city_code: str
    item_id: int
    item_name: str
    agency_name: str
    purpose: str
    basis: str
    fields: tuple[str, ...]
    channel: str
    at: datetime
    outcome: Outcome
    reason: str
    record_count: int | None
    from_cache: bool
    acted_by: str
    dispute: DisputeView | None


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Lines, newest first. ``next`` is the id to go on after, None at the end."""

    reads: tuple[Read, ...]
    next: int | None


def list_reads(actor: Actor, *, after: int | None = None, item_id: int | None = None, limit: int = PAGE) -> ReadPage:
    """Return the actor's lines, newest first. Two statements.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if not actor.is_signed_in:
        raise SignInRequired
    if actor.person_id is None:
        return ReadPage((), None)
    rows = Enquiry.objects.filter(person_id=actor.person_id)
    if after is not None:
        rows = rows.filter(id__lt=after)
    if item_id is not None:
        rows = rows.filter(item_id=item_id)
    with scope(actor):
        page = list(rows.order_by("-id")[: limit + 1])
        disputes = {
            dispute.enquiry_id: _view(dispute)
            for dispute in Dispute.objects.filter(person_id=actor.person_id, enquiry_id__in=[row.id for row in page])
        }
    reads = tuple(_read(row, disputes.get(row.id)) for row in page[:limit])
    return ReadPage(reads, reads[-1].enquiry_id if len(page) > limit else None)


def list_read_items(actor: Actor, *, limit: int = 20) -> list[tuple[int, str]]:
    """Return (id, name) of the items in the actor's latest lines, to filter by. One statement."""
    if actor.person_id is None:
        return []
    with scope(actor):
        latest = Enquiry.objects.filter(person_id=actor.person_id).order_by("-id").values_list("item_id", "item_name")
        names = dict(reversed(latest[:500]))
    return sorted(names.items(), key=lambda item: item[1])[:limit]


def get_read_for(*, actor: Actor, enquiry_id: int) -> Read:
    """Return one line of the actor's.

    Raises:
        NotFound: the actor has no such line.
    """
    if actor.person_id is None:
        raise NotFound
    with scope(actor):
        row = Enquiry.objects.filter(id=enquiry_id, person_id=actor.person_id).first()
        if row is None:
            raise NotFound
        dispute = Dispute.objects.filter(person_id=actor.person_id, enquiry_id=row.id).first()
    return _read(row, _view(dispute) if dispute else None)


def _read(row: Enquiry, dispute: DisputeView | None) -> Read:
    return Read(
        enquiry_id=row.id,
        city_code=row.city_code,
        item_id=row.item_id,
        item_name=row.item_name,
        agency_name=row.agency_name,
        purpose=row.purpose,
        basis=row.basis,
        fields=tuple(row.fields),
        channel=row.channel,
        at=row.started_at,
        outcome=Outcome(row.outcome),
        reason=row.reason,
        record_count=row.record_count,
        from_cache=row.from_cache,
        acted_by=row.acted_by,
        dispute=dispute,
    )


def _view(dispute: Dispute) -> DisputeView:
    return DisputeView(
        dispute_id=dispute.id,
        reason=DisputeReason(dispute.reason),
        words=dispute.words,
        state=DisputeState(dispute.state),
        filed_at=dispute.filed_at,
        due_at=dispute.due_at,
        answer=dispute.answer,
        answered_at=dispute.answered_at,
    )
