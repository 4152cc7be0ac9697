"""The queue of 12315 at the desk."""

from __future__ import annotations

from shimin.capabilities.service_requests.public import AT_OFFICER, OFFICER, Matter, QueueFilter
from shimin.capabilities.service_requests.web.desk_queues import RequestQueue, register_request_queue

register_request_queue(
    RequestQueue(
        "consumer", "12315 投诉举报", "store", OFFICER, QueueFilter(states=AT_OFFICER, matter=Matter.CONSUMER),
        AT_OFFICER,
    )
)  # fmt: skip
