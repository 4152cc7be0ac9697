"""The duty desk's queue, and where somebody is abroad on their request's page."""

from __future__ import annotations

from shimin.capabilities.service_requests.abroad.public import AbroadView
from shimin.capabilities.service_requests.public import DISPATCHER, OPEN_STATES, DeskRequest, Matter, QueueFilter
from shimin.capabilities.service_requests.web.desk_queues import RequestQueue, register_request_queue
from shimin.capabilities.service_requests.web.matter_parts import MatterPart, register_matter_part
from shimin.kernel import clock
from shimin.kernel.actor import Actor


def part_of(view: object, city_code: str, shown: DeskRequest | None, actor: Actor) -> MatterPart:
    """Return the place as ``_whereabouts.html`` shows it."""
    assert isinstance(view, AbroadView)
    where = view.whereabouts
    part = {"abroad": where, "local_time": where.local_words(clock.now()), "mission": where.mission}
    return MatterPart("abroad/_whereabouts.html", part)


register_matter_part(AbroadView, part_of)
register_request_queue(
    RequestQueue(
        "abroad", "境外求助（24小时）", "globe", DISPATCHER, QueueFilter(matter=Matter.ABROAD), OPEN_STATES, rank=2,
        link=("abroad:duty", "值班交接"),
    )
)  # fmt: skip
