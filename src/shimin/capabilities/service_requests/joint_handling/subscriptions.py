"""What follows from the requests' events: parts end with their request."""

from __future__ import annotations

from shimin.capabilities.service_requests.events import RequestMoved
from shimin.capabilities.service_requests.joint_handling.public import end_parts
from shimin.kernel.events import Delivery, on


@on(RequestMoved)
def end_on_request_moved(event: RequestMoved, delivery: Delivery) -> None:
    """End what nobody waits for any more; most steps leave the state, and need no question to the database."""
    if event.before != event.after:
        end_parts(request_id=event.request_id, now=delivery.occurred_at)
