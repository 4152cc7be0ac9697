"""Give money back: two people agree (or the platform found it twice), the gateway sends it, the ledger shows it."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import connection
from django.db.models import F

from shimin.capabilities.payments.domain.ledger import SURPLUS, EntryKind, gateway_account, is_counter, payee_account
from shimin.capabilities.payments.domain.orders import LineState, OrderState
from shimin.capabilities.payments.domain.refunds import RefundReason, RefundStage
from shimin.capabilities.payments.events import OrderRefunded
from shimin.capabilities.payments.models import Claim, Order, OrderLine, Refund
from shimin.capabilities.payments.operations.posting import Side, post
from shimin.capabilities.payments.operations.settling import finish_if_settled
from shimin.capabilities.payments.ports import GatewayRefused, RefundState, gateway
from shimin.kernel import audit, events
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from shimin.kernel.ids import new_id
from shimin.kernel.values.money import format_fen

FINANCE = "payments.finance"
BATCH = 20
LONGEST_PAUSE_SECONDS = 3600
LONGEST_WORDS = 200
log = structlog.get_logger("shimin.payments")

_HOLD = """
    UPDATE payments_order_line SET refund_held_fen = refund_held_fen + %s
    WHERE id = %s AND state IN ('paid', 'settled') AND refund_held_fen + %s <= amount_fen
"""
_LEASE = """
    UPDATE payments_refund SET tries = tries + 1,
        next_try_at = %s::timestamptz + make_interval(secs => least(5 * power(2, tries + 1), %s))
    WHERE id IN (
        SELECT id FROM payments_refund WHERE stage IN ('agreed', 'sent') AND next_try_at <= %s
        ORDER BY next_try_at LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING id
"""


class RefundTooLarge(Conflict):
    """More than was paid, less what is on its way back already."""

    code = "refund_too_large"


class SameTwoEyes(Forbidden):
    """Who asked for a refund may not be who agrees to it."""

    code = "same_two_eyes"
    message = "发起人不能复核自己发起的退款。"
    mend = "请由另一位财务人员复核。"


class RefundDecided(Conflict):
    """Somebody has decided on it."""

    code = "refund_decided"
    message = "这笔退款已经有人处理过。"
    mend = "请刷新页面，看看最新情况。"


def request_refund(*, actor: Actor, line_id: int, amount_fen: int, reason: str, words: str, now: datetime) -> int:
    """Ask for money of a line to go back, as a finance officer, and return the refund's id. A second one must agree.

    Raises:
        InvalidInput: the amount, the reason or the words.
        NotFound: no such line in the officer's grants.
        RefundTooLarge: see the class; two requests at once cannot pass it either.
    """
    _require_finance(actor)
    chosen = _check_request(amount_fen, reason, words)
    with scope(actor):
        line = OrderLine.objects.filter(id=line_id).select_related("order").first()
        if line is None:
            raise NotFound
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, [amount_fen, line_id, amount_fen])
            if cursor.rowcount == 0:
                raise _too_large(line)
        capture = line.order.captures.get(is_surplus=False)
        refund = Refund(
            id=new_id(), order=line.order, line=line, city_code=line.city_code, agency_id=line.agency_id,
            gateway=capture.gateway, out_trade_no=capture.out_trade_no, amount_fen=amount_fen, reason=chosen,
            words=words.strip(), stage=RefundStage.REQUESTED, requested_by_id=actor.account_id, requested_at=now,
        )  # fmt: skip
        refund.save(force_insert=True)
        audit.record(
            actor=actor, action="payments.request_refund", target="refund", target_id=refund.id, now=now,
            city_code=line.city_code, details={"fen": amount_fen, "line": line_id, "reason": chosen},
        )  # fmt: skip
    return refund.id


def decide_refund(*, actor: Actor, refund_id: int, agree: bool, now: datetime) -> None:
    """Agree to a refund, or decline it, as another finance officer than the one who asked.

    Raises:
        NotFound, RefundDecided, SameTwoEyes: see the classes.
    """
    _require_finance(actor)
    with scope(actor):
        refund = Refund.objects.select_for_update().filter(id=refund_id).first()
        if refund is None:
            raise NotFound
        if refund.stage != RefundStage.REQUESTED:
            raise RefundDecided
        if refund.requested_by_id == actor.account_id:
            raise SameTwoEyes
        refund.stage = RefundStage.AGREED if agree else RefundStage.DECLINED
        refund.decided_by_id, refund.decided_at, refund.version = actor.account_id, now, refund.version + 1
        refund.next_try_at = now if agree else None
        refund.save(update_fields=["stage", "decided_by_id", "decided_at", "next_try_at", "version"])
        if not agree and refund.line_id is not None:
            OrderLine.objects.filter(id=refund.line_id).update(refund_held_fen=F("refund_held_fen") - refund.amount_fen)
        audit.record(
            actor=actor, action="payments.agree_refund" if agree else "payments.decline_refund", target="refund",
            target_id=refund.id, now=now, city_code=refund.city_code,
        )  # fmt: skip


def send_due_refunds(now: datetime, *, limit: int = BATCH) -> int:
    """Send refunds that are due and return how many; the worker calls it."""
    require_no_transaction()
    with scope(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(_LEASE, [now, LONGEST_PAUSE_SECONDS, now, limit])
            ids = [refund_id for (refund_id,) in cursor.fetchall()]
        refunds = list(Refund.objects.filter(id__in=ids).order_by("id"))
        totals = dict(Order.objects.filter(id__in=[each.order_id for each in refunds]).values_list("id", "total_fen"))
    for refund in refunds:
        try:
            _act_on(refund, _send(refund, totals[refund.order_id]), now)
        except Unavailable as error:
            log.warning("payments.refund_unknown", refund_id=refund.id, gateway=refund.gateway, code=error.code)
    return len(refunds)


def _send(refund: Refund, total_fen: int) -> RefundState:
    """Send it, or ask about one that was sent: both are idempotent by the refund's number."""
    if is_counter(refund.gateway):
        return RefundState.DONE  # the teller hands it out; agreeing to it is the order to do so
    sender = gateway(refund.gateway)
    number = str(refund.id)
    if refund.stage == RefundStage.SENT:
        state = sender.query_refund(out_trade_no=refund.out_trade_no, refund_no=number)
        if state is not RefundState.UNKNOWN:
            return state
    try:
        return sender.refund(
            out_trade_no=refund.out_trade_no, refund_no=number, amount_fen=refund.amount_fen, total_fen=total_fen,
            reason="退款",
        )  # fmt: skip
    except GatewayRefused as refusal:
        log.error("payments.refund_refused", refund_id=refund.id, gateway=refund.gateway, code=refusal.reason)
        return RefundState.REFUSED


def _act_on(refund: Refund, state: RefundState, now: datetime) -> None:
    with scope(SYSTEM):
        order = Order.objects.select_for_update().get(id=refund.order_id)
        current = Refund.objects.select_for_update().get(id=refund.id)
        if current.stage not in (RefundStage.AGREED, RefundStage.SENT):
            return
        if state is RefundState.DONE:
            _finish(order, current, now)
            return
        current.stage = RefundStage.FAILED if state is RefundState.REFUSED else RefundStage.SENT
        current.version += 1
        current.save(update_fields=["stage", "version"])


def _finish(order: Order, refund: Refund, now: datetime) -> None:
    line = OrderLine.objects.select_for_update().get(id=refund.line_id) if refund.line_id else None
    refund.stage, refund.done_at, refund.version = RefundStage.DONE, now, refund.version + 1
    refund.next_try_at = None
    refund.save(update_fields=["stage", "done_at", "next_try_at", "version"])
    _post(refund, line, now)
    if line is not None:
        _give_line_back(order, line, refund, now)
    audit.record(
        actor=SYSTEM, action="payments.refund", target="refund", target_id=refund.id, now=now,
        city_code=refund.city_code, details={"fen": refund.amount_fen},
    )  # fmt: skip
    order.version += 1
    order.save(update_fields=["version"])
    event = OrderRefunded(
        order_id=order.id, city_code=order.city_code, refund_id=refund.id, line_id=refund.line_id,
        amount_fen=refund.amount_fen, is_whole=order.state == OrderState.REFUNDED,
    )  # fmt: skip
    events.emit(event, aggregate="payments.order", aggregate_id=order.id, version=order.version, now=now)


def _post(refund: Refund, line: OrderLine | None, now: datetime) -> None:
    payee, item = (line.payee_code, line.item_code) if line else ("", "")
    is_surplus = line is None or line.state == LineState.SURPLUS
    sides = [
        Side(SURPLUS if is_surplus else payee_account(payee), refund.amount_fen, payee, item, refund.agency_id),
        Side(gateway_account(refund.gateway), -refund.amount_fen),
    ]
    post(
        city_code=refund.city_code, kind=EntryKind.REFUND, sides=sides, now=now, order_id=refund.order_id,
        line_id=refund.line_id, document=str(refund.id),
    )  # fmt: skip


def _give_line_back(order: Order, line: OrderLine, refund: Refund, now: datetime) -> None:
    """When all of a line went back, its debt is free again and its keeper is told; a surplus line had no claim."""
    order.refunded_fen += refund.amount_fen
    order.save(update_fields=["refunded_fen"])
    done = sum(Refund.objects.filter(line_id=line.id, stage=RefundStage.DONE).values_list("amount_fen", flat=True))
    if done == line.amount_fen:
        Claim.objects.filter(hash=line.claim_hash, order_id=order.id).update(is_paid=False, held_until=now)
        tell_keeper = now if line.settled_at is not None else None
        line.state, line.settle_after, line.settle_tries = LineState.REFUNDED, tell_keeper, 0
        line.save(update_fields=["state", "settle_after", "settle_tries"])
    if order.refunded_fen == order.total_fen:
        order.state = OrderState.REFUNDED
        order.save(update_fields=["state"])
    else:
        finish_if_settled(order, now)


def _require_finance(actor: Actor) -> None:
    if not actor.has_role(FINANCE):
        raise Forbidden


def _check_request(amount_fen: int, reason: str, words: str) -> RefundReason:
    faults: dict[str, str] = {}
    if amount_fen <= 0:
        faults["amount"] = "退款金额要大于 0。"
    offered = {str(each) for each in RefundReason} - {RefundReason.PAID_TWICE, RefundReason.KEEPER_REFUSED}
    if reason not in offered:
        faults["reason"] = "请选一个退款原因。"
    if not 1 <= len(words.strip()) <= LONGEST_WORDS:
        faults["words"] = f"请写明依据（{LONGEST_WORDS} 字以内）。"
    if faults:
        raise InvalidInput(fields=faults)
    return RefundReason(reason)


def _too_large(line: OrderLine) -> RefundTooLarge:
    left = line.amount_fen - line.refund_held_fen if line.state in (LineState.PAID, LineState.SETTLED) else 0
    return RefundTooLarge(f"这一项最多还能退 {format_fen(left)}。", mend="已经在退的金额也算在内，请核对后再提交。")
