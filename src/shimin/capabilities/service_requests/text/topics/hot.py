"""Hot topics of many messages, ranked by a heat that says what it is made of."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from shimin.capabilities.service_requests.text.topics import likeness
from shimin.capabilities.service_requests.text.topics.grouping import LEAST_PAIR, LEAST_TOGETHER, group
from shimin.capabilities.service_requests.text.topics.places import commonest
from shimin.capabilities.service_requests.text.topics.splitting import without_strangers

WINDOW = timedelta(days=365)  # a message longer after (or before) all others of a topic begins a new one
_ALONE = 50  # likes from which one message is a topic by itself
_SEVERE = re.compile(
    r"爆炸|坍塌|塌陷|中毒|死亡|伤亡|火灾|着火|触电|跳楼|轻生|癌|辐射|溺水|诈骗|非法集资|群体|泄漏|危房|安全隐患"
)
_LONGEST_LINE = 60


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a citizen. ``likes`` counts the people who agreed."""

    message_id: str
    person: str
    subject: str
    body: str
    posted_at: datetime
    likes: int


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic with its messages, oldest first."""

    heat: float
    starts_at: datetime
    ends_at: datetime
    place: str
    description: str
    message_ids: tuple[str, ...]


def find_topics(messages: Sequence[Message]) -> list[Topic]:
    """Return all topics, the hottest first: two messages at least, or one that many agree with."""
    if not messages:
        return []
    said = [likeness.read(message.subject, message.body) for message in messages]
    groups = _grouped(messages, said, [[number] for number in range(len(messages))], LEAST_PAIR)
    # Once more with what each group says together: chance words no longer stand between two halves of a topic.
    groups = _grouped(messages, said, groups, LEAST_TOGETHER)
    rarity = likeness.rarities(said)
    groups = [
        [numbers[at] for at in part]
        for numbers in groups
        for part in without_strangers([said[number] for number in numbers], rarity)
    ]
    alike = likeness.Likeness(said)
    topics = [
        _topic([messages[number] for number in numbers], [said[number] for number in numbers], alike.cohesion(numbers))
        for numbers in groups
        if len(numbers) > 1 or messages[numbers[0]].likes >= _ALONE
    ]
    return sorted(topics, key=lambda topic: (-topic.heat, topic.message_ids))


def _grouped(
    messages: Sequence[Message], said: Sequence[likeness.Said], groups: list[list[int]], least: float
) -> list[list[int]]:
    """Merge groups of messages that say alike things within the window."""
    times = [[messages[number].posted_at for number in numbers] for numbers in groups]
    together = likeness.Likeness([likeness.joined([said[number] for number in numbers]) for numbers in groups])

    def may_meet(left: Sequence[int], right: Sequence[int]) -> bool:
        one, other = ([time for at in each for time in times[at]] for each in (left, right))
        return min(one) - max(other) <= WINDOW and min(other) - max(one) <= WINDOW

    merged = group(len(groups), together.pairs(least), may_meet)
    return [sorted(number for at in each for number in groups[at]) for each in merged]


def heat_of(messages: Sequence[Message], cohesion: float = 1.0) -> float:
    """Return how hot a topic is: people who wrote, people who agreed, growth, severity, and how alike the messages are.

    Logarithms, so that the tenth voice counts less than the second: 40 ln(1 + people) + 10 ln(1 + likes), up to 3 for
    a half that was faster than the half before, up to 5 for words of danger, up to 10 for ``cohesion`` (0 to 1): ten
    people who say one thing are hotter than ten neighbours with ten matters.
    """
    people = len({message.person or message.message_id for message in messages})
    likes = sum(message.likes for message in messages)
    severe = sum(bool(_SEVERE.search(message.subject + message.body)) for message in messages) / len(messages)
    return 40 * math.log1p(people) + 10 * math.log1p(likes) + 3 * _growth(messages) + 5 * severe + 10 * cohesion


def _growth(messages: Sequence[Message]) -> float:
    """Return the share of messages in the later half of the time, above a half; 0 for fewer than four."""
    if len(messages) < 4:
        return 0.0
    times = sorted(message.posted_at for message in messages)
    middle = times[0] + (times[-1] - times[0]) / 2
    return max(0.0, 2 * sum(time > middle for time in times) / len(times) - 1)


def _topic(messages: Sequence[Message], said: Sequence[likeness.Said], cohesion: float) -> Topic:
    ordered = sorted(messages, key=lambda message: (message.posted_at, message.message_id))
    return Topic(
        heat=round(heat_of(messages, cohesion), 1),
        starts_at=ordered[0].posted_at,
        ends_at=ordered[-1].posted_at,
        place=commonest(each.names for each in said),
        description=_line(messages[_most_typical(said)].subject),
        message_ids=tuple(message.message_id for message in ordered),
    )


def _most_typical(said: Sequence[likeness.Said]) -> int:
    """Return the message whose words the others share most."""
    total: dict[str, float] = {}
    for each in said:
        for word in each.words:
            total[word] = total.get(word, 0.0) + 1
    scores = [sum(total[word] - 1 for word in each.words) / math.sqrt(max(len(each.words), 1)) for each in said]
    return int(np.argmax(scores))


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"
