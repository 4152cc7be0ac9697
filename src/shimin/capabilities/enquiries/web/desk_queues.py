"""The desk's queues of the enquiries."""

from __future__ import annotations

from shimin.capabilities.enquiries.public import OFFICER, count_open_disputes, list_sources
from shimin.kernel.actor import Actor
from shimin.ui.desk import Queue, register_queue, register_roles

register_roles({OFFICER: "查询与数据来源"})


def _sources_down(actor: Actor) -> int | None:
    return sum(not source.is_up for source in list_sources(actor)) or None


register_queue(
    Queue(
        key="enquiries.disputes",
        title="查询异议",
        icon="message-square-warning",
        url="enquiries:desk_disputes",
        role=OFFICER,
        count=count_open_disputes,
    )
)
register_queue(
    Queue(
        key="enquiries.sources",
        title="数据来源",
        icon="plug",
        url="enquiries:desk_sources",
        role=OFFICER,
        count=_sources_down,
    )
)
