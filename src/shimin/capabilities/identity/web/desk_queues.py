"""The desk's queue of the window: acts that wait for a second officer."""

from __future__ import annotations

from shimin.capabilities.identity.queries.counter import ROLE, count_waiting_acts
from shimin.ui.desk import Queue, register_queue

register_queue(
    Queue(
        key="identity.counter", title="窗口身份", icon="id-card", url="identity:counter_acts", role=ROLE,
        count=count_waiting_acts,
    )
)  # fmt: skip
