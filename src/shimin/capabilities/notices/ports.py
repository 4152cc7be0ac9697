"""What notices asks of the outside: somebody who carries a text to a phone."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings

from shimin.kernel.errors import Unavailable


class TextChannel(Protocol):
    """A gateway for short messages. Called by the worker, with no transaction open."""

    def send(self, *, message_id: int, phone: str, text: str) -> None:
        """Hand one text over; ``message_id`` lets the gateway drop a repeated call.

        Raises:
            kernel.errors.Unavailable: try again later.
            kernel.errors.DomainError: any other: the text will never go (wrong number, refused words).
        """
        ...


class NoTextChannel(Unavailable):
    """No gateway was connected: fail closed, a code that cannot arrive must not be promised."""

    code = "notices.no_text_channel"
    message = "短信暂时发不出去。"
    mend = "请稍后再试，或到政务服务大厅窗口办理。"


_channel: TextChannel | None = None


def set_text_channel(channel: TextChannel | None) -> None:
    """Connect the gateway; the project does this once when it starts."""
    global _channel
    _channel = channel


def get_text_channel() -> TextChannel | None:
    """Return the connected gateway, or None."""
    return _channel


def require_text_channel() -> None:
    """Check that texts have a way out: a gateway, or the demo's message box.

    Raises:
        NoTextChannel: there is none.
    """
    if _channel is None and not settings.SHIMIN.demo:
        raise NoTextChannel
