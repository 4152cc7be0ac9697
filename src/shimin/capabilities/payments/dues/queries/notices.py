"""Payment notices: by code for whoever has it, as lists for the agency that issued them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from shimin.capabilities.payments.dues.domain.codes import grouped
from shimin.capabilities.payments.dues.models import PaymentNotice
from shimin.kernel.actor import Actor
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound

PAGE = 50


class NoticeUnknown(NotFound):
    """No notice has this code, or it is another agency's."""

    code = "payment_notice_unknown"
    message = "没有查到这个缴款码的通知。"
    mend = "请对照缴款通知再填一次；仍查不到的，请联系开出通知的单位。"


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A payment notice as its code opens it: the payer's name is masked."""

    notice_id: int
    city_code: str
    code: str
    agency_id: int
    agency_name: str
    item_code: str
    item_title: str
    title: str
    payer_masked: str
    amount_fen: int
    due_at: datetime
    issued_at: datetime
    cancelled_at: datetime | None
    paid_at: datetime | None

    @property
    def last_day(self) -> date:
        """The last day on which it can be paid: ``due_at`` is its 24:00."""
        return local_date(self.due_at - timedelta(seconds=1))

    @property
    def printed_code(self) -> str:
        return grouped(self.code)

    def state(self, now: datetime) -> str:
        """Return open, paid, cancelled or expired."""
        if self.paid_at is not None:
            return "paid"
        if self.cancelled_at is not None:
            return "cancelled"
        return "expired" if self.due_at <= now else "open"

    def closed_words(self, now: datetime) -> str:
        """Return why it cannot be paid now, empty while it can."""
        if self.paid_at is not None:
            return f"这笔款已经在{self.paid_at.astimezone(CHINA):%Y年%-m月%-d日}缴清，不用再缴。"
        if self.cancelled_at is not None:
            return "开出通知的单位已经取消这张缴款通知，不用缴。"
        if self.due_at <= now:
            return (
                f"这张缴款通知只到{self.last_day:%Y年%-m月%-d日}为止，不能再用它缴款。请联系{self.agency_name}重新开。"
            )
        return ""


_FIELDS = (
    "id", "city_code", "code", "agency_id", "agency_name", "item_code", "item_title", "title", "payer_masked",
    "amount_fen", "due_at", "issued_at", "cancelled_at", "paid_at",
)  # fmt: skip


def find_by_code(*, actor: Actor, code: str) -> NoticeView:
    """Return the notice of a (checked) code. One statement.

    Raises:
        NoticeUnknown: see the class.
    """
    with scope(actor), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM dues_notice_by_code(%s, %s)", [code[:6], code])
        row = cursor.fetchone()
    if row is None:
        raise NoticeUnknown
    return NoticeView(*row)


def list_notices(actor: Actor) -> list[NoticeView]:
    """Return the latest notices of the officer's agencies."""
    with scope(actor):
        return [NoticeView(*row) for row in PaymentNotice.objects.order_by("-id").values_list(*_FIELDS)[:PAGE]]


def get_notice_for(*, actor: Actor, notice_id: int) -> NoticeView:
    """Return a notice of the officer's agencies.

    Raises:
        NoticeUnknown: see the class.
    """
    with scope(actor):
        row = PaymentNotice.objects.filter(id=notice_id).values_list(*_FIELDS).first()
    if row is None:
        raise NoticeUnknown
    return NoticeView(*row)


def get_notice_by_code(*, actor: Actor, code: str) -> NoticeView:
    """Return a notice of the officer's agencies by its code.

    Raises:
        NoticeUnknown: see the class.
    """
    code = "".join(code.split()).replace("-", "")
    with scope(actor):
        row = PaymentNotice.objects.filter(city_code=code[:6], code=code).values_list(*_FIELDS).first()
    if row is None:
        raise NoticeUnknown
    return NoticeView(*row)
