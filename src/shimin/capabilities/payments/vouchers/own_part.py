"""The vouchers' part of a person's data: those of the orders they paid."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.public import PersonalData, Rows, register_personal_data
from shimin.capabilities.payments.models import Order
from shimin.capabilities.payments.vouchers.models import Voucher
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope

_MOST = 20_000


def export_vouchers(actor: Actor) -> Rows:
    """Return the vouchers of the actor's orders, red ones too."""
    if actor.account_id is None:
        return []
    with scope(actor):
        orders = Order.objects.filter(payer_account_id=actor.account_id).values("id")
        rows = Voucher.objects.filter(order_id__in=orders).order_by("id")
        return list(
            rows.values(
                "code", "number", "kind_title", "agency_name", "item_code", "item_title", "title", "payment_code",
                "payer_masked", "amount_fen", "order_number", "paid_at", "issued_at", "reversed_at",
            )[:_MOST]
        )  # fmt: skip


def erase_vouchers(account_id: int, person_id: int | None, now: datetime) -> int:
    """Erase nothing: every row is a voucher of the accounts."""
    return 0


register_personal_data(
    PersonalData(
        key="vouchers", title="票据", tables=("vouchers_voucher",), export=export_vouchers, erase=erase_vouchers,
        kept="票据（只有编号和脱敏的交款人）作为会计凭证保管30年（会计档案管理办法附表一）。",
    )
)  # fmt: skip
