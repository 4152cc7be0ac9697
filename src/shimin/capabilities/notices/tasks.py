"""Jobs of notices: carrying texts and letters, telling of what is in the inbox, and forgetting old ones."""

from __future__ import annotations

from shimin.capabilities.notices.operations.delivering import deliver_letters, deliver_texts, forget_texts
from shimin.capabilities.notices.operations.forwarding import forward_due
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every


@every(1, "notices.deliver_texts")
def deliver() -> None:
    """Hand due texts to the gateway."""
    deliver_texts(clock.now())


@every(5, "notices.deliver_letters")
def deliver_mail() -> None:
    """Hand due letters to the mail server."""
    deliver_letters(clock.now())


@every(30, "notices.forward")
def forward() -> None:
    """Text people that messages are in their inbox, as they chose."""
    forward_due(clock.now())


@every(3_600, "notices.forget_texts")
def forget() -> None:
    """Delete texts and letters older than a week."""
    forget_texts(clock.now())
