"""What sign-on asks of the outside: somebody who calls a system's server, and platforms where people are known."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from shimin.kernel.errors import DomainError


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


class EntranceRefused(DomainError):
    """The other side does not confirm who came: the code is wrong, old or used, or it answered nonsense."""

    code = "sign_on.entrance_refused"
    message = "对方没有确认您的身份，没有绑定。"
    mend = "请重新点绑定，在对方页面上同意。"


class Entrance(Protocol):
    """A platform where people have an identity already (WeChat, Alipay …), by its OAuth.

    ``code`` is stable and part of addresses, ``title`` is shown. Fail-closed.
    """

    @property
    def code(self) -> str: ...

    @property
    def title(self) -> str: ...

    def authorise_url(self, *, state: str, back_url: str) -> str:
        """Return where the person's browser goes to agree. Opens no connection."""
        ...

    def identify(self, *, parameters: Mapping[str, str], back_url: str) -> str:
        """Return by which name the platform knows the person, from what the browser brought back.

        Called with no transaction open; within a few seconds. The name is the same each time and of this platform only.

        Raises:
            EntranceRefused: see the class.
            Unavailable: it did not answer.
        """
        ...


_entrances: dict[str, Entrance] = {}


def register_entrance(entrance: Entrance) -> None:
    """Offer a platform; the same code again takes the earlier one's place."""
    _entrances[entrance.code] = entrance


def entrances() -> tuple[Entrance, ...]:
    """Return all that are offered, in the order they were registered."""
    return tuple(_entrances.values())


def find_entrance(code: str) -> Entrance | None:
    """Return one by its code."""
    return _entrances.get(code)
