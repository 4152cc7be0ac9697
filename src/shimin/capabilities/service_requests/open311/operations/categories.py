"""The category of a request is that of the service which a system has filed it as."""

from __future__ import annotations

from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.open311.domain.georeport import CHANNEL
from shimin.capabilities.service_requests.open311.models import PartnerFiling
from shimin.capabilities.service_requests.open311.queries.georeport import list_open_services
from shimin.capabilities.service_requests.ports.known_categories import register_known_category


def category_of_service(request_id: int, city_code: str, channel: str, matter: Matter) -> str:
    """Return the category of the request's service; "" for what no system has filed."""
    if channel != CHANNEL:
        return ""
    filing = PartnerFiling.objects.filter(city_code=city_code, request_id=request_id).first()
    return next((each.category for each in list_open_services() if filing and each.code == filing.service_code), "")


register_known_category(category_of_service)
