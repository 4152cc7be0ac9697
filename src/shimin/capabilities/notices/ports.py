"""What notices asks of others: who carries a text to a phone or a letter, and which phone an account has."""

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


class MailChannel(Protocol):
    """A server that takes letters. Called by the worker, with no transaction open."""

    def send(self, *, message_id: int, recipient: str, subject: str, text: str) -> None:
        """Hand one letter over; ``message_id`` makes its Message-ID, so that a repeated one is known as such.

        Raises:
            kernel.errors.Unavailable: try again later.
            kernel.errors.DomainError: any other: the letter will never go (no such address, refused words).
        """
        ...


class NoMailChannel(Unavailable):
    """No mail server was connected: a letter that cannot go must not be promised."""

    code = "notices.no_mail_channel"
    message = "现在不能发邮件。"
    mend = "请系统管理员设置邮件服务器（SHIMIN_MAIL_SERVER）。"


_mail: MailChannel | None = None


def set_mail_channel(channel: MailChannel | None) -> None:
    """Connect the mail server; the project does this once when it starts."""
    global _mail
    _mail = channel


def get_mail_channel() -> MailChannel | None:
    """Return the connected mail server, or None."""
    return _mail


def require_mail_channel() -> None:
    """Check that letters have a way out: a mail server, or the demo's message box.

    Raises:
        NoMailChannel: there is none.
    """
    if _mail is None and not settings.SHIMIN.demo:
        raise NoMailChannel


class PhoneBook(Protocol):
    """Who knows the phones of accounts: identity."""

    def phone_of(self, account_id: int) -> str:
        """Return the account's phone, "" when it has none or is closed. In the worker's scope."""
        ...


_phone_book: PhoneBook | None = None


def set_phone_book(book: PhoneBook) -> None:
    """Connect who knows phones; identity does this when it starts."""
    global _phone_book
    _phone_book = book


def get_phone_book() -> PhoneBook:
    """Return who knows phones."""
    if _phone_book is None:
        raise RuntimeError("no phone book is connected: identity is not installed")
    return _phone_book
