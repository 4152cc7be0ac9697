"""What sign-on tells others. Each event carries ids only."""

from __future__ import annotations

from shimin.kernel.events import DomainEvent, event


@event("sign_on.client_decided")
class ClientDecided(DomainEvent):
    """A system of an agency was approved, declined, suspended or taken up again."""

    client_id: int
    agency_id: int
    city_code: str
    state: str


@event("sign_on.system_connected")
class SystemConnected(DomainEvent):
    """A person signed in to a system for the first time, or again after they had taken the consent back."""

    account_id: int
    client_id: int


@event("sign_on.authorisation_ended")
class AuthorisationEnded(DomainEvent):
    """What a system held for one sign-in is worthless from now on: withdrawn, signed out, or seen twice."""

    authorisation_id: int
    account_id: int
    client_id: int
    reason: str


@event("sign_on.identity_linked")
class IdentityLinked(DomainEvent):
    """An account was linked with an identity at another platform."""

    account_id: int
    entrance: str


@event("sign_on.identity_unlinked")
class IdentityUnlinked(DomainEvent):
    """A link was taken away by its account."""

    account_id: int
    entrance: str
