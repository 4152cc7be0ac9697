"""Make polls, and answer them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection

from shimin.capabilities.indicators.domain.polls import (
    LONGEST_INTRO,
    LONGEST_OPTION,
    LONGEST_TITLE,
    MOST_OPTIONS,
    Electorate,
    PollState,
)
from shimin.capabilities.indicators.events import PollPublished
from shimin.capabilities.indicators.models import Poll, PollVoter
from shimin.capabilities.indicators.queries.polls import POLLSTER, require_pollster
from shimin.kernel import audit
from shimin.kernel.actor import SYSTEM, Actor, ActorKind, AssuranceLevel
from shimin.kernel.channels import CHANNELS
from shimin.kernel.clock import CHINA
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, InvalidInput, LevelRequired, NotFound, SignInRequired
from shimin.kernel.events import emit

LONGEST_DAYS = 180
KEEP_VOTERS = timedelta(days=30)


class PollChanged(Conflict):
    """Somebody else changed the poll, or it is published and stays as it is."""

    code = "indicators.poll_changed"
    message = "这个投票刚被改过，或者已经发布，不能再改。"
    mend = "请刷新页面，看看现在的内容。"


class PollClosed(Conflict):
    """The poll is not open: not yet, no more, or withdrawn."""

    code = "indicators.poll_closed"
    message = "这个投票现在不能投：还没开始、已经结束，或者被撤回了。"
    mend = "请看投票页上写的时间。"


class AlreadyVoted(Conflict):
    """The account, or its person by another account, has taken part."""

    code = "indicators.already_voted"
    message = "您已经投过票了，每人只能投一次。"
    mend = "投票不记名，投出的票改不了；结束后可以在这里看结果。"


@dataclass(frozen=True, slots=True)
class PollDraft:
    """A poll as its author writes it; open from the first day's beginning to the last day's end, in China."""

    city_code: str
    title: str
    intro: str
    options: tuple[str, ...]
    most_choices: int
    electorate: Electorate
    weights: Mapping[str, float]
    opens_on: date
    closes_on: date


def draft_poll(*, actor: Actor, draft: PollDraft, now: datetime) -> int:
    """Keep a poll that only the desk sees; return its id.

    Raises:
        NotFound: the actor makes no polls in that city.
        InvalidInput: by field.
    """
    require_pollster(actor, draft.city_code)
    columns = _columns(draft, now)
    with scope(actor):
        poll = Poll.objects.create(state=PollState.DRAFT, author_id=actor.account_id, **columns)
        _record(actor, "indicators.poll_drafted", poll, now)
    return int(poll.id)


def change_poll(*, actor: Actor, poll_id: int, version: int, draft: PollDraft, now: datetime) -> None:
    """Write a draft anew.

    Raises:
        NotFound, InvalidInput: as ``draft_poll``.
        PollChanged: it is no draft any more, or not the version that was read.
    """
    with scope(actor):
        poll = _locked(actor, poll_id)
        if poll.state != PollState.DRAFT or poll.version != version or poll.city_code != draft.city_code:
            raise PollChanged
        for name, value in _columns(draft, now).items():
            setattr(poll, name, value)
        _save(poll)
        _record(actor, "indicators.poll_changed", poll, now)


def publish_poll(*, actor: Actor, poll_id: int, version: int, now: datetime) -> None:
    """Let everybody see the poll, as it was read; from then on it stays as it is.

    Raises:
        NotFound: no such poll of the actor's.
        PollChanged: it is published already, or not the version that was read.
        InvalidInput: its last day is over.
    """
    with scope(actor):
        poll = _locked(actor, poll_id)
        if poll.state != PollState.DRAFT or poll.version != version:
            raise PollChanged
        if poll.closes_at <= now:
            raise InvalidInput(
                "最后一天已经过了。", mend="请改日期再发布。", fields={"closes_on": "最后一天已经过了。"}
            )
        poll.state = PollState.PUBLISHED
        _save(poll)
        _record(actor, "indicators.poll_published", poll, now)
        event = PollPublished(poll.id, poll.city_code, poll.opens_at.isoformat(), poll.closes_at.isoformat())
        emit(event, aggregate="poll", aggregate_id=poll.id, version=poll.version, now=now)


def withdraw_poll(*, actor: Actor, poll_id: int, reason: str, now: datetime) -> None:
    """End a published poll for good; its page says why, and its answers are never told.

    Raises:
        NotFound: no such poll of the actor's.
        PollChanged: it is not published.
        InvalidInput: no reason.
    """
    words = reason.strip()
    if not 2 <= len(words) <= 200:
        raise InvalidInput(fields={"reason": "请写明为什么撤回，2到200字，大家会看到。"})
    with scope(actor):
        poll = _locked(actor, poll_id)
        if poll.state != PollState.PUBLISHED:
            raise PollChanged
        poll.state, poll.reason = PollState.WITHDRAWN, words
        _save(poll)
        _record(actor, "indicators.poll_withdrawn", poll, now)


def vote(*, actor: Actor, poll_id: int, options: Sequence[int], now: datetime) -> None:
    """Count the actor's answer, once; ``options`` are positions. Who chose what is written nowhere.

    Raises:
        SignInRequired, LevelRequired: somebody known, and for polls of persons with a proven name.
        NotFound: no such poll. PollClosed: it is not open. AlreadyVoted: once each.
        InvalidInput: no option, too many, or others than the poll's.
    """
    if actor.account_id is None or actor.kind is not ActorKind.CITIZEN:
        raise SignInRequired
    channel = actor.channel if actor.channel in CHANNELS else "web"
    with scope(actor):
        poll = Poll.objects.filter(id=poll_id).exclude(state=PollState.DRAFT).only("city_code", "electorate").first()
        if poll is None:
            raise NotFound("没有这个投票。")
        if poll.electorate == Electorate.PERSON and actor.level < AssuranceLevel.REAL_NAME:
            raise LevelRequired(AssuranceLevel.REAL_NAME)
        with connection.cursor() as cursor:
            small = [each if -1 < each < MOST_OPTIONS else MOST_OPTIONS for each in options[: MOST_OPTIONS + 1]]
            cursor.execute("SELECT indicators_vote(%s, %s, %s::smallint[], %s)", [poll_id, channel, small, now])
            (outcome,) = cursor.fetchone()
        match outcome:
            case "absent":
                raise NotFound("没有这个投票。")
            case "closed":
                raise PollClosed
            case "level":
                raise LevelRequired(AssuranceLevel.REAL_NAME)
            case "already":
                raise AlreadyVoted
            case "invalid":
                raise InvalidInput(fields={"options": "请选至少一项，不要超过规定的项数。"})
        # Neither the choice nor the channel: the audit says that somebody voted, the sums say what was chosen.
        audit.record(
            actor=actor, action="indicators.voted", target="poll", target_id=poll_id, now=now, city_code=poll.city_code
        )


def forget_voters(now: datetime) -> int:
    """Delete who took part in polls that are over for a month; return how many rows."""
    with scope(SYSTEM):
        over = Poll.objects.filter(closes_at__lt=now - KEEP_VOTERS).values("id")
        gone, _ = PollVoter.objects.filter(poll_id__in=over).delete()
    return gone


def erase_votes(account_id: int, person_id: int | None, now: datetime) -> int:
    """Delete that an account took part, in polls that are over; return how many rows."""
    over = Poll.objects.filter(closes_at__lte=now).values("id")
    gone, _ = PollVoter.objects.filter(account_id=account_id, poll_id__in=over).delete()
    return gone


def _locked(actor: Actor, poll_id: int) -> Poll:
    poll = Poll.objects.select_for_update().filter(id=poll_id).first() if actor.has_role(POLLSTER) else None
    if poll is None:
        raise NotFound("没有这个投票。")
    require_pollster(actor, poll.city_code)
    return poll


def _save(poll: Poll) -> None:
    poll.version += 1
    poll.save()


def _record(actor: Actor, action: str, poll: Poll, now: datetime) -> None:
    audit.record(
        actor=actor, action=action, target="poll", target_id=poll.id, now=now, city_code=poll.city_code,
        details={"version": poll.version},
    )  # fmt: skip


def _columns(draft: PollDraft, now: datetime) -> dict[str, object]:
    options = tuple(option.strip() for option in draft.options)
    faults = {}
    if not 2 <= len(draft.title.strip()) <= LONGEST_TITLE:
        faults["title"] = f"题目2到{LONGEST_TITLE}字。"
    if len(draft.intro) > LONGEST_INTRO:
        faults["intro"] = f"说明不超过{LONGEST_INTRO}字。"
    if not 2 <= len(options) <= MOST_OPTIONS:
        faults["options"] = f"写2到{MOST_OPTIONS}个选项，每行一个。"
    elif len(set(options)) < len(options) or not all(0 < len(option) <= LONGEST_OPTION for option in options):
        faults["options"] = f"选项不能重复，每个1到{LONGEST_OPTION}字。"
    elif not 1 <= draft.most_choices <= len(options):
        faults["most_choices"] = "最多选几项：从1到选项的个数。"
    if not set(draft.weights) <= set(CHANNELS) or not all(0 < weight <= 1000 for weight in draft.weights.values()):
        faults["weights"] = "权重是大于0、不超过1000的数，渠道写" + "、".join(CHANNELS.values()) + "之一。"
    if draft.closes_on < draft.opens_on or (draft.closes_on - draft.opens_on).days > LONGEST_DAYS:
        faults["closes_on"] = f"最后一天不早于第一天，最长{LONGEST_DAYS}天。"
    elif draft.closes_on < now.astimezone(CHINA).date():
        faults["closes_on"] = "最后一天已经过了。"
    if faults:
        raise InvalidInput(fields=faults)
    return {
        "city_code": draft.city_code, "title": draft.title.strip(), "intro": draft.intro.strip(),
        "options": list(options), "most_choices": draft.most_choices, "electorate": str(draft.electorate),
        "weights": dict(draft.weights), "opens_at": datetime.combine(draft.opens_on, time.min, CHINA),
        "closes_at": datetime.combine(draft.closes_on + timedelta(days=1), time.min, CHINA),
    }  # fmt: skip
