"""Hand letters to a mail server by SMTP (RFC 5321): one connection a letter, for letters are few."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from urllib.parse import unquote, urlsplit

from django.conf import settings

from shimin.capabilities.notices.public import MailChannel, set_mail_channel
from shimin.kernel.errors import InvalidInput, Unavailable

SECONDS = 10.0


class LetterRefused(InvalidInput):
    """The server will never take this letter."""

    code = "mail.letter_refused"
    message = "邮件被拒收，地址可能不存在。"
    mend = "请核对邮箱地址。"


class MailServerDown(Unavailable):
    """The server cannot be reached, or asks to come again."""

    code = "mail.server_down"
    message = "邮件服务器没有回应。"


class SmtpChannel:
    """A ``MailChannel``. ``server`` is smtp://[user:password@]host:port or smtps://…; ``sender`` an address.

    A password goes over TLS only: a server that offers none is taken for down.
    """

    def __init__(self, server: str, sender: str) -> None:
        url = urlsplit(server)
        self._host, self._port, self._scheme = url.hostname or "", url.port or 25, url.scheme
        self._user, self._password = unquote(url.username or ""), unquote(url.password or "")
        self._sender = sender

    def send(self, *, message_id: int, recipient: str, subject: str, text: str) -> None:
        """Hand one letter over.

        Raises:
            LetterRefused: refused for good (5xx), or the address cannot be written in a letter.
            MailServerDown: everything else.
        """
        letter = self._letter(message_id, recipient, subject, text)
        try:
            with self._connected() as server:
                server.send_message(letter, from_addr=self._sender, to_addrs=[recipient])
        except smtplib.SMTPRecipientsRefused as refused:
            raise self._fault(min(code for code, _ in refused.recipients.values())) from None
        except smtplib.SMTPResponseException as refused:
            raise self._fault(refused.smtp_code) from None
        except (smtplib.SMTPException, OSError) as error:
            raise MailServerDown from error

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
            elif self._user:
                server.close()
                raise smtplib.SMTPNotSupportedError("no TLS for a password")
        if self._user:
            server.login(self._user, self._password)
        return server

    def _letter(self, message_id: int, recipient: str, subject: str, text: str) -> EmailMessage:
        letter = EmailMessage(policy=SMTP_POLICY)
        try:
            letter["From"], letter["To"], letter["Subject"] = self._sender, recipient, subject
        except ValueError as error:  # a line break, which would begin another header
            raise LetterRefused from error
        letter["Message-ID"] = f"<{message_id}@{self._sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text)
        return letter

    @staticmethod
    def _fault(code: int) -> LetterRefused | MailServerDown:
        # 535 is a wrong password of ours, not a wrong letter.
        return LetterRefused() if 500 <= code < 600 and code not in (530, 534, 535, 538) else MailServerDown()


def connect() -> None:
    """Stand behind notices' port, where a server is set. Opens no connection."""
    config = settings.SHIMIN
    channel: MailChannel | None = SmtpChannel(config.mail_server, config.mail_from) if config.mail_server else None
    set_mail_channel(channel)
