"""What others may follow of joint handling."""

from __future__ import annotations

from shimin.kernel.events import DomainEvent, event


@event("service_requests.part_moved")
class PartMoved(DomainEvent):
    """A step of a co-handler's part was taken; ``before`` is "" when it was asked for."""

    part_id: int
    request_id: int
    city_code: str
    agency_id: int
    action: str
    before: str
    after: str
