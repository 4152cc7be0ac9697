"""Tables of the indicators."""

from shimin.capabilities.indicators.models.editions import IndexEdition, IndexScore
from shimin.capabilities.indicators.models.green import GreenEntry
from shimin.capabilities.indicators.models.polls import Poll, PollCount, PollVoter
from shimin.capabilities.indicators.models.use import UseCount, UseMonth
from shimin.capabilities.indicators.models.watching import BandAlert, Subscription

__all__ = [
    "BandAlert",
    "GreenEntry",
    "IndexEdition",
    "IndexScore",
    "Poll",
    "PollCount",
    "PollVoter",
    "Subscription",
    "UseCount",
    "UseMonth",
]
