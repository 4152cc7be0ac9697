"""What the catalogue tells others."""

from __future__ import annotations

from shimin.kernel.events import DomainEvent, event


@event("catalogue.service_published")
class ServicePublished(DomainEvent):
    """A version of an item was published; ``effective_from`` is RFC 3339."""

    item_id: int
    version_id: int
    number: int
    effective_from: str
