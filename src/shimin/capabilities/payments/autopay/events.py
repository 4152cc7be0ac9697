"""What others may follow of automatic payment."""

from __future__ import annotations

from shimin.kernel.events import DomainEvent, event


@event("payments.auto_pay_signed")
class AutoPaySigned(DomainEvent):
    """A gateway has told that the payer signed: deductions may follow."""

    plan_id: int
    city_code: str


@event("payments.auto_pay_ended")
class AutoPayEnded(DomainEvent):
    """Nothing is deducted any more. ``ended_by``: person, gateway, unsigned, unbound or closed."""

    plan_id: int
    city_code: str
    ended_by: str


@event("payments.deduction_announced")
class DeductionAnnounced(DomainEvent):
    """A person was told that money will be taken, and when."""

    deduction_id: int
    plan_id: int
    city_code: str
    amount_fen: int


@event("payments.deduction_ended")
class DeductionEnded(DomainEvent):
    """A deduction is over; ``state``: done, given_back, skipped or failed."""

    deduction_id: int
    plan_id: int
    city_code: str
    state: str
    reason: str
