"""The states of an order: one table, only forward. The database holds the same table (a test compares them).

```
created ─begin→ paying ─capture→ captured ─settle→ settled ─refund→ refunded
   └──────close──┴→ closed ─capture→ captured (late money is money)
```
"""

from __future__ import annotations

from enum import StrEnum

from shimin.kernel.errors import Conflict

MOST_LINES = 20
LONGEST_TITLE = 60
MOST_FEN = 5_000_000_00  # five million yuan: above it a bank transfer is asked for


class OrderState(StrEnum):
    """Where an order stands."""

    CREATED = "created"
    PAYING = "paying"
    CLOSED = "closed"
    CAPTURED = "captured"
    SETTLED = "settled"
    REFUNDED = "refunded"


class Step(StrEnum):
    """What can happen to an order."""

    BEGIN = "begin"  # the payer is sent to a gateway
    CLOSE = "close"  # nobody paid in time, or the payer gave up
    CAPTURE = "capture"  # the gateway has the money
    SETTLE = "settle"  # every keeper has been told (销账), or its line was refunded
    REFUND = "refund"  # all of it was given back


TRANSITIONS: dict[tuple[OrderState, Step], OrderState] = {
    (OrderState.CREATED, Step.BEGIN): OrderState.PAYING,
    (OrderState.PAYING, Step.BEGIN): OrderState.PAYING,  # another try, or another gateway
    (OrderState.CREATED, Step.CLOSE): OrderState.CLOSED,
    (OrderState.PAYING, Step.CLOSE): OrderState.CLOSED,
    (OrderState.CREATED, Step.CAPTURE): OrderState.CAPTURED,  # cash at the counter needs no gateway
    (OrderState.PAYING, Step.CAPTURE): OrderState.CAPTURED,
    (OrderState.CLOSED, Step.CAPTURE): OrderState.CAPTURED,  # the gateway was quicker than our closing
    (OrderState.CAPTURED, Step.SETTLE): OrderState.SETTLED,
    (OrderState.CAPTURED, Step.REFUND): OrderState.REFUNDED,
    (OrderState.SETTLED, Step.REFUND): OrderState.REFUNDED,
}

STATE_WORDS: dict[OrderState, str] = {
    OrderState.CREATED: "待付款",
    OrderState.PAYING: "待付款",
    OrderState.CLOSED: "已关闭",
    OrderState.CAPTURED: "已收款，正在销账",
    OrderState.SETTLED: "已缴清",
    OrderState.REFUNDED: "已退款",
}

UNPAID = frozenset({OrderState.CREATED, OrderState.PAYING})
PAID = frozenset({OrderState.CAPTURED, OrderState.SETTLED, OrderState.REFUNDED})


class LineState(StrEnum):
    """Where the money of one line stands. ``surplus``: the debt was paid by another order, the money goes back."""

    OWED = "owed"
    PAID = "paid"
    SURPLUS = "surplus"
    SETTLED = "settled"
    REFUNDED = "refunded"


class StepRefused(Conflict):
    """The order is past this step."""

    code = "order_step_refused"
    message = "这笔订单的状态已经变了。"
    mend = "请刷新页面，看看最新情况。"


def next_state(state: OrderState, step: Step) -> OrderState:
    """Return the state after ``step``.

    Raises:
        StepRefused: the table has no such arrow.
    """
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise StepRefused from None
