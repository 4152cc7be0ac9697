"""What follows from identity's events."""

from __future__ import annotations

from shimin.capabilities.identity.public import ConsentWithdrawn, SessionEnded
from shimin.capabilities.notices.public import send_notice
from shimin.capabilities.sign_on.events import IdentityLinked, IdentityUnlinked, SystemConnected
from shimin.capabilities.sign_on.public import end_of_consent, end_of_session
from shimin.kernel.events import Delivery, on


@on(ConsentWithdrawn)
def on_consent_withdrawn(event: ConsentWithdrawn, delivery: Delivery) -> None:
    """End what rests on it."""
    end_of_consent(account_id=event.account_id, purpose=event.purpose_code, now=delivery.occurred_at)


@on(SessionEnded)
def on_session_ended(event: SessionEnded, delivery: Delivery) -> None:
    """End what the session gave to systems."""
    end_of_session(session_id=event.session_id, now=delivery.occurred_at)


@on(SystemConnected)
def on_system_connected(event: SystemConnected, delivery: Delivery) -> None:
    """Tell the person, so that a stranger's doing would be noticed."""
    send_notice(
        account_id=event.account_id, template="sign_on.system_connected", values={}, now=delivery.occurred_at
    )  # fmt: skip


@on(IdentityLinked)
def on_identity_linked(event: IdentityLinked, delivery: Delivery) -> None:
    """Tell the person, so that a stranger's doing would be noticed."""
    send_notice(account_id=event.account_id, template="sign_on.identity_linked", values={}, now=delivery.occurred_at)


@on(IdentityUnlinked)
def on_identity_unlinked(event: IdentityUnlinked, delivery: Delivery) -> None:
    """Tell the person."""
    send_notice(account_id=event.account_id, template="sign_on.identity_unlinked", values={}, now=delivery.occurred_at)
