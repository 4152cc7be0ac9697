"""Tables of the catalogue."""

from shimin.capabilities.catalogue.models.feedback import Feedback, FeedbackStatus
from shimin.capabilities.catalogue.models.items import ServiceItem, ServiceVersion
from shimin.capabilities.catalogue.models.places import Agency, KnownPlace, Region
from shimin.capabilities.catalogue.models.search import SearchEntry, Synonym, Term, ZeroHit
from shimin.capabilities.catalogue.models.usage import Stamp, UsageCount

__all__ = [
    "Agency",
    "Feedback",
    "FeedbackStatus",
    "KnownPlace",
    "Region",
    "SearchEntry",
    "ServiceItem",
    "ServiceVersion",
    "Stamp",
    "Synonym",
    "Term",
    "UsageCount",
    "ZeroHit",
]
