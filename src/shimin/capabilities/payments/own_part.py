"""The payments' part of a person's data: what they paid, and what went back."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.public import (
    MergePart,
    Moves,
    PersonalData,
    Rows,
    register_merge_part,
    register_personal_data,
)
from shimin.capabilities.payments.models import Order, OrderLine
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope

_MOST = 20_000


def export_payments(actor: Actor) -> Rows:
    """Return the actor's orders, each with its lines."""
    if actor.account_id is None:
        return []
    with scope(actor):
        orders = list(
            Order.objects.filter(payer_account_id=actor.account_id)
            .order_by("id")
            .values(
                "id", "number", "title", "total_fen", "refunded_fen", "state", "created_at", "captured_at", "settled_at"
            )[:_MOST]
        )
        lines: dict[int, list[dict[str, object]]] = {}
        for line in OrderLine.objects.filter(order_id__in=[order["id"] for order in orders]).order_by("id"):
            told = {
                "title": line.title, "amount_fen": line.amount_fen, "payee": line.payee_name, "state": line.state,
                "receipt": line.keeper_receipt,
            }  # fmt: skip
            lines.setdefault(line.order_id, []).append(told)
    return [{"kind": "order", **order, "lines": lines.get(order["id"], [])} for order in orders]


def erase_payments(account_id: int, person_id: int | None, now: datetime) -> int:
    """Erase nothing: every row is a voucher of the accounts."""
    return 0


register_personal_data(
    PersonalData(
        key="payments", title="缴费记录", tables=("payments_order", "payments_order_line"), export=export_payments,
        erase=erase_payments,
        kept="缴费记录（只有编号，认不出是谁）作为会计凭证保管30年（会计档案管理办法附表一）。",
    )
)  # fmt: skip
register_merge_part(
    MergePart(key="payments", title="缴费记录", moves=(Moves("payments_order", "笔缴费", column="payer_account_id"),))
)
