"""Receipts: a signed PDF, made anew from the books each time it is asked for, and the check of one by anybody."""

from __future__ import annotations

from datetime import datetime

import structlog

from shimin.capabilities.payments.domain.orders import LineState
from shimin.capabilities.payments.handles import receipt_check
from shimin.capabilities.payments.queries.orders import LineView, OrderView, get_order_for
from shimin.capabilities.payments.queries.receipts import ReceiptFacts, find_receipt
from shimin.kernel.actor import Actor
from shimin.kernel.clock import CHINA
from shimin.kernel.db import require_no_transaction
from shimin.kernel.errors import Conflict, Unavailable
from shimin.kernel.rate import LocalBucket
from shimin.kernel.values.money import format_fen, write_capitals
from shimin.ui.documents import FontMissing, Paper, sign_pdf

_TIME = "%Y-%m-%d %H:%M:%S"
_STATES = {
    LineState.PAID: "已收款，正在销账",
    LineState.SURPLUS: "原路退回",
    LineState.SETTLED: "已销账",
    LineState.REFUNDED: "已退款",
}
# Per process. A paper costs half a second of a processor; a check code of forty bits is not guessed at this pace.
_papers = LocalBucket(limit=10, per_seconds=60)
_checks = LocalBucket(limit=30, per_seconds=60)
log = structlog.get_logger("shimin.payments")


class NotPaidYet(Conflict):
    """There is no receipt before the money is in."""

    code = "order_not_paid"
    message = "这笔订单还没有收到付款，没有收据。"
    mend = "请先完成付款；刚付完的，稍等片刻再看。"


def write_receipt(
    *, actor: Actor, order_id: int, verify_url: str, now: datetime, link: str = "", address: str = ""
) -> tuple[str, bytes]:
    """Return number and signed PDF of an order's receipt. Who paid is not on it. Takes about half a second.

    ``verify_url`` is the public page that checks receipts; number and check code are added to it. ``address`` is the
    caller's network address, for the limit of those without an account.

    Raises:
        NotFound: no such order for the actor.
        NotPaidYet: see the class.
        TooManyRequests: more than ten in a minute.
        Unavailable: fonts or keys are missing here; the log says which.
    """
    require_no_transaction()
    order = get_order_for(actor=actor, order_id=order_id, link=link)
    if not order.is_paid or order.captured_at is None:
        raise NotPaidYet
    _papers.take(str(actor.account_id or address))
    try:
        paper = _paper(order, order.captured_at, verify_url, now)
        return order.number, sign_pdf(paper.to_pdf(), reason="电子缴款收据", now=now)
    except (FontMissing, OSError, ValueError) as error:
        log.error("payments.receipt_failed", order_id=order_id, error=str(error))
        raise Unavailable("收据文件暂时做不出来。", mend="缴款不受影响，请稍后再下载。") from error


def verify_receipt(*, actor: Actor, number: str, check: str, address: str) -> ReceiptFacts:
    """Return what the receipt says today, for anybody who has it in hand.

    Raises:
        PublicNumberInvalid, ReceiptUnknown: see ``find_receipt``.
        TooManyRequests: more than thirty from this network address in a minute.
    """
    _checks.take(address)
    return find_receipt(actor=actor, number=number, check=check)


def _paper(order: OrderView, captured_at: datetime, verify_url: str, now: datetime) -> Paper:
    check = receipt_check(order.number)
    paper = Paper("电子缴款收据", made_at=now)
    paper.pairs(
        [
            ("收据编号", order.number),
            ("校验码", check),
            ("事由", order.title),
            ("收款时间", captured_at.astimezone(CHINA).strftime(_TIME)),
        ]
    )
    paper.table(("项目和收款单位", "状态", "金额"), [_row(line) for line in order.lines], (64, 20, 20))
    paper.line(f"合计 {format_fen(order.total_fen)}  {write_capitals(order.total_fen)}")
    if order.refunded_fen:
        paper.line(f"其中已退回 {format_fen(order.refunded_fen)}")
    paper.code(
        f"{verify_url}?number={order.number}&check={check}",
        f"查验：扫描左侧二维码，或打开 {verify_url}，填写收据编号和校验码。查验页显示最新状态，退款后会注明。",
    )
    paper.note(
        f"本收据由市民之家于 {now.astimezone(CHINA).strftime(_TIME)} 按账务记录出具并加盖电子签名，改动后签名失效。"
    )
    paper.note("本收据证明款项已经收到，不是财政电子票据，也不是发票；需要发票的，请向收款单位索取。")
    return paper


def _row(line: LineView) -> tuple[str, str, str]:
    told = [line.title, line.payee_name, *([f"回执 {line.keeper_receipt}"] if line.keeper_receipt else [])]
    return "\n".join(told), _STATES.get(line.state, ""), format_fen(line.amount_fen)
