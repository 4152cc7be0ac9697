"""What others may hear of the indicators."""

from __future__ import annotations

from shimin.kernel.events import DomainEvent, event


@event("indicators.edition_published")
class EditionPublished(DomainEvent):
    """An edition of an index can be seen; dates are ISO, half-open."""

    edition_id: int
    methodology: str
    level: str
    parent_code: str
    starts_on: str
    ends_on: str


@event("indicators.poll_published")
class PollPublished(DomainEvent):
    """A poll can be seen; it is open from ``opens_at`` until before ``closes_at`` (ISO times)."""

    poll_id: int
    city_code: str
    opens_at: str
    closes_at: str
