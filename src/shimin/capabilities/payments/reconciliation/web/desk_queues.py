"""The desk's queue of reconciliation."""

from __future__ import annotations

from shimin.capabilities.payments.public import FINANCE
from shimin.capabilities.payments.reconciliation.public import count_open
from shimin.ui.desk import Queue, register_queue

register_queue(
    Queue(
        key="reconciliation.days",
        title="对账与日结",
        icon="list-checks",
        url="reconciliation:days",
        role=FINANCE,
        count=count_open,
    )
)
