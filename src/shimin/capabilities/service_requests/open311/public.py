"""What pages and other capabilities may use of Open311: services, requests and updates as the standard tells them."""

from shimin.capabilities.service_requests.open311.domain.georeport import (
    MOST_LISTED,
    Attribute,
    OpenService,
    OpenStatus,
    read_span,
    read_time,
    states_of,
    words_with,
)
from shimin.capabilities.service_requests.open311.operations.partners import (
    ApiKeyRefused,
    Partner,
    admit_partner,
    file_by_partner,
    receive_partner_photos,
    update_by_partner,
)
from shimin.capabilities.service_requests.open311.queries.georeport import (
    OpenRequest,
    OpenUpdate,
    get_open_service,
    list_open_requests,
    list_open_services,
    list_open_updates,
    open_jurisdiction,
)

__all__ = [
    "MOST_LISTED",
    "ApiKeyRefused",
    "Attribute",
    "OpenRequest",
    "OpenService",
    "OpenStatus",
    "OpenUpdate",
    "Partner",
    "admit_partner",
    "file_by_partner",
    "get_open_service",
    "list_open_requests",
    "list_open_services",
    "list_open_updates",
    "open_jurisdiction",
    "read_span",
    "read_time",
    "receive_partner_photos",
    "states_of",
    "update_by_partner",
    "words_with",
]
