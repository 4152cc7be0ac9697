"""What pages, the API and the desk may use of help from abroad: countries, missions, calls, the duty desk."""

from shimin.capabilities.service_requests.abroad.domain.abroad import (
    CALL_CENTRE,
    SOURCE,
    Country,
    Mission,
    Whereabouts,
    all_countries,
    get_country,
    nearest_mission,
    read_whereabouts,
)
from shimin.capabilities.service_requests.abroad.operations.duty import (
    HandOverOpen,
    OwnHandOver,
    file_abroad,
    hand_over_duty,
    take_duty,
)
from shimin.capabilities.service_requests.abroad.queries.abroad import AbroadView, HandOverView, list_hand_overs

__all__ = [
    "CALL_CENTRE",
    "SOURCE",
    "AbroadView",
    "Country",
    "HandOverOpen",
    "HandOverView",
    "Mission",
    "OwnHandOver",
    "Whereabouts",
    "all_countries",
    "file_abroad",
    "get_country",
    "hand_over_duty",
    "list_hand_overs",
    "nearest_mission",
    "read_whereabouts",
    "take_duty",
]
