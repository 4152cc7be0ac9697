"""Writing messages: into the inbox of an account, or into the queues of texts to phones and letters by mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import orjson
from django.conf import settings

from shimin.capabilities.notices.domain import LETTER_LIFETIME, TEXT_LIFETIME, NoticeState
from shimin.capabilities.notices.models import (
    LETTER,
    LETTER_TO,
    TEXT,
    TEXT_PHONE,
    VALUES,
    Letter,
    Notice,
    TextMessage,
)
from shimin.capabilities.notices.ports import (
    get_mail_channel,
    get_text_channel,
    require_mail_channel,
    require_text_channel,
)
from shimin.capabilities.notices.wording import get_template
from shimin.kernel.crypto import encrypt
from shimin.kernel.ids import new_id


def send_notice(*, account_id: int, template: str, values: Mapping[str, str], now: datetime) -> int:
    """Put a message into an account's inbox, in the caller's transaction, and return its id.

    The caller is the account itself or the worker (row-level security refuses others). ``values`` are texts for
    people, exactly those the template asks for.

    Raises:
        TemplateError: unknown template or other values.
    """
    get_template(template).check(values)
    notice = Notice(
        id=new_id(), account_id=account_id, template=template, created_at=now,
        values=encrypt(orjson.dumps(dict(values)).decode(), context=VALUES),
    )  # fmt: skip
    notice.save(force_insert=True)
    return notice.id


def send_code(*, phone: str, code: str, purpose: str, now: datetime) -> None:
    """Text a verification code to a phone, in the caller's transaction (auth role).

    ``purpose`` names the template: "register" uses ``notices.code_register``.

    Raises:
        NoTextChannel: no gateway is connected.
    """
    send_text(phone=phone, template=f"notices.code_{purpose}", values={"code": code}, now=now)


def send_text(
    *, phone: str, template: str, values: Mapping[str, str], now: datetime, lifetime: timedelta = TEXT_LIFETIME
) -> None:
    """Queue a text to a phone, in the caller's transaction (auth role or worker). It is void after ``lifetime``.

    Raises:
        NoTextChannel: no gateway is connected.
        TemplateError: unknown template or other values.
    """
    require_text_channel()
    words = get_template(template)
    words.check(values)
    # The demo's message box shows the row itself: nobody carries it any further.
    in_box = get_text_channel() is None and settings.SHIMIN.demo
    TextMessage(
        id=new_id(), template=template, phone_tail=phone[-4:], created_at=now, changed_at=now, next_attempt_at=now,
        phone=encrypt(phone, context=TEXT_PHONE), expires_at=now + lifetime,
        text=encrypt(words.fill(words.text, values), context=TEXT),
        state=NoticeState.DELIVERED if in_box else NoticeState.QUEUED,
    ).save(force_insert=True)  # fmt: skip


def send_letter(*, recipient: str, template: str, values: Mapping[str, str], now: datetime) -> None:
    """Queue a letter to a mail address, in the caller's transaction (worker, or staff). It is void after a day.

    Values may have lines; the template's address, if it has one, stands at the end as a link to the site.

    Raises:
        NoMailChannel: no mail server is connected.
        TemplateError: unknown template or other values.
    """
    require_mail_channel()
    words = get_template(template)
    words.check(values)
    text = words.fill(words.text, values)
    if words.url:
        text = f"{text}\n\n{settings.SHIMIN.public_url}{words.fill(words.url, values)}"
    in_box = get_mail_channel() is None and settings.SHIMIN.demo
    Letter(
        id=new_id(), template=template, created_at=now, changed_at=now, next_attempt_at=now,
        expires_at=now + LETTER_LIFETIME, subject=" ".join(words.fill(words.title, values).split()),
        recipient=encrypt(recipient, context=LETTER_TO), text=encrypt(text, context=LETTER),
        state=NoticeState.DELIVERED if in_box else NoticeState.QUEUED,
    ).save(force_insert=True)  # fmt: skip
