"""What makes a good order: one city, no debt twice, amounts that can be."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from shimin.capabilities.payments.domain.orders import LONGEST_TITLE, MOST_FEN, MOST_LINES
from shimin.capabilities.payments.ports import Owed
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import Conflict, InvalidInput
from shimin.kernel.values.money import format_fen

INVITED = "invited"
"""The purpose of an order that somebody pays for another, by a link: its payer learns nothing of whose debt it is."""
TIME_TO_PAY = timedelta(minutes=15)
FINES = "10305"
"""Source: 政府收支分类科目, 103 非税收入 05 罚没收入."""
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


class PayableClosed(Conflict):
    """The keeper says that this cannot be paid now; ``message`` is its word."""

    code = "payable_closed"
    mend = "如有疑问，请联系收款单位或拨打 12345。"


class AlreadyPaid(Conflict):
    """Somebody has paid it. ``order_id`` is there when it was the actor."""

    code = "already_paid"

    def __init__(self, paid_at: datetime, order_id: int | None) -> None:
        super().__init__(
            f"这笔款已经在{paid_at.astimezone(CHINA):%Y年%-m月%-d日 %H:%M}缴清，不会再收。",
            mend="可以在“我的缴费”里查看收据。" if order_id else "如果不是您本人缴的，无需处理。",
        )
        self.paid_at = paid_at
        self.order_id = order_id


class BeingPaid(Conflict):
    """Somebody is paying it just now; ``order_id`` is there when it is the actor, who may go on or give up."""

    code = "being_paid"

    def __init__(self, until: datetime, order_id: int | None) -> None:
        super().__init__(
            "您有一笔没付完的订单包含这一项。" if order_id else "这笔款正有人在支付。",
            mend=(
                "请先完成或取消那笔订单。"
                if order_id
                else f"如果没有付成，{until.astimezone(CHINA):%H:%M}后可以再试，不会重复收款。"
            ),
        )
        self.until = until
        self.order_id = order_id


class OrderKeyReused(Conflict):
    """The idempotency key belongs to another order: a fault of the calling program."""

    code = "idempotency_key_reused"
    message = "这个 Idempotency-Key 已经用于另一笔订单。"
    mend = "请为每笔新订单使用新的 Idempotency-Key。"


def check_key(key: str) -> str:
    """Return the key.

    Raises:
        InvalidInput: it is not 8 to 64 letters, digits, hyphens or underscores.
    """
    if not _KEY.fullmatch(key):
        raise InvalidInput(
            fields={"Idempotency-Key": "应为8到64个字母、数字、连字符或下划线，例如一个 UUID。"},
            mend="请带上 Idempotency-Key 再试：同一个键重复提交，只会有一笔订单。",
        )
    return key


def check_refs(refs: Sequence[tuple[str, str]]) -> None:
    """Check what is asked to be paid before its keepers are asked.

    Raises:
        InvalidInput: nothing, too much, or one debt twice.
    """
    if not 1 <= len(refs) <= MOST_LINES:
        raise InvalidInput(fields={"lines": f"一次可以缴 1 到 {MOST_LINES} 笔。"})
    if len(set(refs)) != len(refs):
        raise InvalidInput(fields={"lines": "同一笔款列了两次，请去掉一笔。"})


def check_owed(owed: Sequence[Owed]) -> None:
    """Check what keepers said.

    Raises:
        PayableClosed: one cannot be paid now.
        InvalidInput: several cities, or a sum that cannot be paid here.
    """
    for each in owed:
        if not each.is_open:
            raise PayableClosed(each.closed_words)
        if each.amount_fen <= 0:
            raise PayableClosed("应缴金额为零，不需要缴款。")
    if len({each.city_code for each in owed}) != 1:
        raise InvalidInput(fields={"lines": "不同城市的款项请分开缴。"})
    total = sum(each.amount_fen for each in owed)
    if total > MOST_FEN:
        raise InvalidInput(
            fields={
                "lines": f"合计 {format_fen(total)}，超过网上一次可缴的 {format_fen(MOST_FEN)}，请分开缴或到窗口办理。"
            }
        )


def title_of(owed: Sequence[Owed]) -> str:
    """Return the order's title as the payer and the gateway show it."""
    first = owed[0].title
    title = first if len(owed) == 1 else f"{first}等{len(owed)}笔"
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def subject_for_gateway(lines: Sequence[tuple[str, str]], title: str, number: str) -> str:
    """Return what a gateway is told an order is for; ``lines`` are (payee's name, item code).

    What somebody is fined for is nobody's business but theirs and the agency's: a fine goes as the payee, the word and
    the end of our number. Everything else goes under its title, so that people know it in their gateway's list.
    """
    fined = [payee for payee, item_code in lines if item_code.startswith(FINES)]
    if not fined:
        return title
    return f"{fined[0][: LONGEST_TITLE - 12]}罚款 {number[-6:]}"


def content_hash(owed: Sequence[Owed]) -> bytes:
    """Return what two orders for the same debts and amounts have in common."""
    lines = sorted(f"{each.kind}\0{each.ref}\0{each.amount_fen}" for each in owed)
    return hashlib.sha256("\n".join(lines).encode()).digest()
