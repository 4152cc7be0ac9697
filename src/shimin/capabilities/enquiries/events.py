"""What others may follow: look-ups that asked a department, disputes, and callbacks that were kept."""

from __future__ import annotations

from shimin.kernel.events import DomainEvent, event


@event("enquiries.record_looked_up")
class RecordLookedUp(DomainEvent):
    """A department was asked; ``outcome`` is found, empty, unavailable or rejected. Cached answers emit none."""

    enquiry_id: int
    item_id: int
    agency_id: int
    city_code: str
    outcome: str
    reason: str
    channel: str = ""


@event("enquiries.dispute_filed")
class DisputeFiled(DomainEvent):
    """A person says that a reading was not right."""

    dispute_id: int
    enquiry_id: int
    agency_id: int
    city_code: str


@event("enquiries.dispute_answered")
class DisputeAnswered(DomainEvent):
    """The agency has answered a dispute."""

    dispute_id: int
    enquiry_id: int
    account_id: int
