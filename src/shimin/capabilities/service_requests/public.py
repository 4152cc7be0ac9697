"""What pages, the API, tasks and other capabilities may use of service requests."""

from shimin.capabilities.service_requests.domain.kinds import KIND_WORDS, RequestKind
from shimin.capabilities.service_requests.ports import (
    Choice,
    Place,
    Similar,
    Suggestion,
    TextReader,
    get_text_reader,
    set_text_reader,
)

__all__ = [
    "KIND_WORDS",
    "Choice",
    "Place",
    "RequestKind",
    "Similar",
    "Suggestion",
    "TextReader",
    "get_text_reader",
    "set_text_reader",
]
