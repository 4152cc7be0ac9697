"""Tables of service requests."""

from shimin.capabilities.service_requests.models.handles import FilingKey, ImportedMessage, QueryHandle
from shimin.capabilities.service_requests.models.knowledge import Article
from shimin.capabilities.service_requests.models.news import DeskNews
from shimin.capabilities.service_requests.models.requests import (
    Reporter,
    RequestNote,
    RequestPhoto,
    RequestStep,
    ServiceRequest,
)
from shimin.capabilities.service_requests.models.voices import RequestVoice

__all__ = [
    "Article",
    "DeskNews",
    "FilingKey",
    "ImportedMessage",
    "QueryHandle",
    "Reporter",
    "RequestNote",
    "RequestPhoto",
    "RequestStep",
    "RequestVoice",
    "ServiceRequest",
]
