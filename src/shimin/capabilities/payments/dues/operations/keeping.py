"""Payment notices as debts: what is owed under a code, and that it has been paid."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.payments.dues.domain.codes import CodeInvalid, CodeTampered, check_code, seal_of
from shimin.capabilities.payments.dues.models import PaymentNotice
from shimin.capabilities.payments.dues.queries.notices import NoticeView, find_by_code
from shimin.capabilities.payments.public import Owed, PaidLine, SettlementRefused
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound
from shimin.kernel.rate import hit

KIND = "due"
TRIES_AN_HOUR = 60


def open_code(*, actor: Actor, text: str, seal: str = "", address: str, now: datetime) -> NoticeView:
    """Return the notice of a code as somebody typed it, or as a QR code carries it (then with its seal).

    Raises:
        CodeInvalid, CodeOfAnotherRegion, CodeTampered, NoticeUnknown: see the classes.
        TooManyRequests: more codes in an hour than anybody has.
    """
    if seal and seal != seal_of("".join(text.split())):
        raise CodeTampered
    code = check_code(text)
    hit("dues.code", str(actor.account_id or address), limit=TRIES_AN_HOUR, window_seconds=3600, now=now)
    return find_by_code(actor=actor, code=code)


class NoticePayable:
    """See ``payments.ports.Payable``. The reference is the code: whoever has it may pay."""

    kind = KIND

    def owed(self, *, actor: Actor, ref: str, now: datetime) -> Owed:
        """Return what the notice asks for."""
        try:
            notice = find_by_code(actor=actor, code=check_code(ref))
        except CodeInvalid:
            raise NotFound from None
        return Owed(
            kind=KIND, ref=notice.code, title=notice.title, amount_fen=notice.amount_fen, city_code=notice.city_code,
            payee_code=f"agency:{notice.agency_id}", payee_name=notice.agency_name, agency_id=notice.agency_id,
            item_code=notice.item_code, closed_words=notice.closed_words(now), due_at=notice.due_at,
            details=(("执收项目", notice.item_title), ("缴款人", notice.payer_masked)),
        )  # fmt: skip

    def settle(self, *, line: PaidLine, now: datetime) -> str:
        """Note the notice as paid. One that was paid after its day stays paid: the money was there in time to pay."""
        with scope(SYSTEM):
            notice = PaymentNotice.objects.select_for_update().filter(city_code=line.ref[:6], code=line.ref).first()
            if notice is None:
                raise SettlementRefused("unknown")
            if notice.paid_line_id not in (None, line.line_id):
                raise SettlementRefused("paid")
            if notice.cancelled_at is not None:
                raise SettlementRefused("cancelled")
            if notice.amount_fen != line.amount_fen:
                raise SettlementRefused("amount")
            if notice.paid_line_id is None:
                notice.paid_at, notice.paid_line_id = line.captured_at, line.line_id
                notice.save(update_fields=["paid_at", "paid_line_id"])
        return f"FS{line.ref[-10:]}"

    def revert(self, *, line: PaidLine, now: datetime) -> None:
        """Note that the money went back: the notice is owed again until its day."""
        with scope(SYSTEM):
            PaymentNotice.objects.filter(city_code=line.ref[:6], code=line.ref, paid_line_id=line.line_id).update(
                paid_at=None, paid_line_id=None
            )
