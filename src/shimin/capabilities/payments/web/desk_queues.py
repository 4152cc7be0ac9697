"""The desk's queue of finance."""

from __future__ import annotations

from shimin.capabilities.payments.public import FINANCE, count_waiting_refunds
from shimin.ui.desk import Queue, register_queue

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
