"""The category of 12315 is decided by the way it is filed."""

from __future__ import annotations

from shimin.capabilities.service_requests.consumer.domain.consumer import CATEGORY
from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.ports.known_categories import register_known_category


def category_of_matter(request_id: int, city_code: str, channel: str, matter: Matter) -> str:
    """Return the one category of 12315; "" for any other request."""
    return CATEGORY if matter is Matter.CONSUMER else ""


register_known_category(category_of_matter)
