"""What sign-on asks of the outside: somebody who calls a system's server."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Told(StrEnum):
    """What came of telling a system that somebody signed out."""

    DONE = "done"
    REFUSED = "refused"  # it will not take it: asking again changes nothing
    LATER = "later"  # no answer, or it asked for another try


class LogoutMessenger(Protocol):
    """Posts a logout token to a system. Called with no transaction open; must return within a few seconds.

    Fail-open: a system that does not answer holds nobody up, its tokens are worthless already.
    """

    def tell(self, url: str, logout_token: str) -> Told:
        """Post ``logout_token`` as a form to ``url``; follow no redirect, read no more than a few bytes."""
        ...


_messenger: LogoutMessenger | None = None


def set_logout_messenger(messenger: LogoutMessenger | None) -> None:
    """Connect the messenger; the project does this once when it starts."""
    global _messenger
    _messenger = messenger


def get_logout_messenger() -> LogoutMessenger | None:
    """Return the connected messenger; None while nobody was connected: notices then wait."""
    return _messenger
