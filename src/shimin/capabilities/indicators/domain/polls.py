"""What a poll is, and how its answers are told. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

VOTERS = -1  # the row of a channel's count that holds how many took part
K = 10  # fewer answers are not told
LONGEST_TITLE, LONGEST_INTRO, LONGEST_OPTION, MOST_OPTIONS = 60, 1000, 40, 20


class PollState(StrEnum):
    """How far a poll is; whether it is open follows from its times."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Electorate(StrEnum):
    """Who may answer, once each: every account, or every person whose name is proven."""

    ACCOUNT = "account"
    PERSON = "person"


class PollPhase(StrEnum):
    """What can be done with a poll now."""

    DRAFT = "draft"
    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PollView:
    """A question with options, open in ``[opens_at, closes_at)``. ``weights``: channel -> weight, {}: all alike."""

    poll_id: int
    city_code: str
    title: str
    intro: str
    options: tuple[str, ...]
    most_choices: int
    electorate: Electorate
    weights: Mapping[str, float]
    opens_at: datetime
    closes_at: datetime
    state: PollState
    version: int
    is_demo: bool
    reason: str = ""

    def phase(self, now: datetime) -> PollPhase:
        """Return what can be done with it at ``now``."""
        if self.state is not PollState.PUBLISHED:
            return PollPhase(self.state)
        if now < self.opens_at:
            return PollPhase.COMING
        return PollPhase.OPEN if now < self.closes_at else PollPhase.CLOSED


@dataclass(frozen=True, slots=True)
class ChannelResult:
    """The answers that came by one channel ("": by several with too few each): people, and ticks by option."""

    channel: str
    voters: int
    ticks: tuple[int, ...]

    def share(self, option: int) -> float:
        """Return the share of the people that chose an option, 0 to 1."""
        return self.ticks[option] / self.voters


@dataclass(frozen=True, slots=True)
class PollResult:
    """A poll's answers. ``shares`` is what the poll says, by option: weighted by channel when the poll has weights."""

    channels: tuple[ChannelResult, ...]
    shares: tuple[float, ...]
    is_weighted: bool

    @property
    def voters(self) -> int:
        return sum(each.voters for each in self.channels)


def result_of(channels: Sequence[ChannelResult], options: int, weights: Mapping[str, float]) -> PollResult:
    """Put the channels together: each person alike, or each channel's shares by its weight.

    A channel without a weight counts nothing when others have one; the lump of small channels has their weights' sum.
    """
    told = {each.channel for each in channels}
    lump = sum(weight for channel, weight in weights.items() if channel not in told)
    weighed = [(each, lump if each.channel == "" else weights.get(each.channel, 0)) for each in channels]
    total = sum(weight for _, weight in weighed)
    if total > 0:
        shares = [sum(each.share(n) * weight for each, weight in weighed) / total for n in range(options)]
        return PollResult(tuple(channels), tuple(shares), is_weighted=True)
    voters = sum(each.voters for each in channels)
    shares = [sum(each.ticks[n] for each in channels) / voters if voters else 0.0 for n in range(options)]
    return PollResult(tuple(channels), tuple(shares), is_weighted=False)
