"""Shapes of the JSON API of payment notices."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from shimin.capabilities.payments.dues.public import NoticeView
from shimin.kernel.web.api import IdText


class NoticeIn(Schema):
    """What an agency asks somebody to pay. Of ``payer_name`` only the mask is kept."""

    item_code: Annotated[str, Field(min_length=1, max_length=20)]
    title: Annotated[str, Field(min_length=1, max_length=40)]
    payer_name: Annotated[str, Field(min_length=1, max_length=60)]
    amount_fen: Annotated[int, Field(ge=1, le=5_000_000_00)]
    last_day: Annotated[
        date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31), description="The last day on which it can be paid")
    ]


class CancelIn(Schema):
    """Why a notice is taken back."""

    words: Annotated[str, Field(min_length=1, max_length=200)]


class NoticeOut(Schema):
    """A payment notice. ``state``: open, paid, cancelled, expired. ``pay_url`` is what its QR code carries."""

    notice_id: IdText
    code: str
    state: str
    item_code: str
    item_title: str
    title: str
    payer_masked: str
    amount_fen: int
    last_day: date
    issued_at: datetime
    cancelled_at: datetime | None
    paid_at: datetime | None
    pay_url: str


def notice_out(notice: NoticeView, pay_url: str, now: datetime) -> dict[str, Any]:
    """Return a notice as JSON values."""
    names = (name for name in NoticeOut.model_fields if name not in ("state", "pay_url"))
    return {name: getattr(notice, name) for name in names} | {"state": notice.state(now), "pay_url": pay_url}
