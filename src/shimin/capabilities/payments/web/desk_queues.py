"""The desk's queue of finance."""

from __future__ import annotations

from shimin.capabilities.payments.public import FINANCE, TELLER, count_waiting_refunds
from shimin.ui.desk import Queue, register_queue, register_roles

register_roles({FINANCE: "财务", TELLER: "柜台收款员"})

register_queue(
    Queue(
        key="payments.refunds",
        title="退款",
        icon="banknote",
        url="payments:desk_refunds",
        role=FINANCE,
        count=count_waiting_refunds,
    )
)
