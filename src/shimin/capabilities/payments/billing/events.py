"""What others may follow of billing."""

from __future__ import annotations

from shimin.kernel.events import DomainEvent, event


@event("payments.bill_account_bound")
class AccountBound(DomainEvent):
    """A person bound an account at a biller."""

    bound_id: int
    city_code: str
    biller_code: str


@event("payments.bill_account_unbound")
class AccountUnbound(DomainEvent):
    """A person removed a bound account; nothing of it is kept."""

    bound_id: int
    city_code: str
    biller_code: str
