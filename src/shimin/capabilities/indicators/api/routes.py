"""Routes: editions of the city service index, use, the green account, polls."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema, Status

from shimin.capabilities.catalogue.public import get_region
from shimin.capabilities.indicators.public import (
    Dimension,
    Edition,
    Electorate,
    PollPhase,
    PollView,
    Score,
    UseStage,
    find_result,
    get_edition,
    get_green_account,
    get_poll,
    list_editions,
    list_polls,
    list_scores,
    public_shares,
    turnout,
    vote,
)
from shimin.kernel import clock
from shimin.kernel.db import scope
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, Public, SignedIn

router = Router()
EditionId = Annotated[IdText, Path()]
PollId = Annotated[IdText, Path()]


class StageOut(Schema):
    """A stage of development: totals from ``starts_at`` up to the next stage's."""

    name: str
    starts_at: float


class IndicatorOut(Schema):
    """One node of the tree; weights are fractions ("9/20")."""

    key: str
    title: str
    parts: dict[str, str]
    weights_from: str


class EditionOut(Schema):
    """A published edition; the period is half-open. ``superseded_at`` is null for the one that counts."""

    id: str
    methodology: str
    title: str
    level: str
    parent_code: str
    starts_on: date
    ends_on: date
    source: str
    is_demo: bool
    inputs_hash: str
    published_at: datetime
    superseded_at: datetime | None


class ScoreOut(Schema):
    """A region's scores: as printed, and unrounded; 90 % of the trials with shaken weights stay in the interval."""

    region_code: str
    region_name: str
    rank: int
    rank_low: int
    rank_high: int
    stage: str
    shown: dict[str, str]
    values: dict[str, float]


class EditionWithScoresOut(EditionOut):
    """An edition with its tree, stages and all scores by rank."""

    stages: list[StageOut]
    indicators: list[IndicatorOut]
    scores: list[ScoreOut]


@router.get(
    "/city-index/editions", auth=Public(), operation_id="list_index_editions", response=list[EditionOut],
    summary="The published editions that count, the newest period of each kind first",
)  # fmt: skip
def get_editions(request: HttpRequest) -> list[dict[str, Any]]:
    return [_edition(each) for each in list_editions()]


@router.get(
    "/city-index/editions/{edition_id}", auth=Public(), operation_id="get_index_edition",
    response=EditionWithScoresOut, summary="An edition with its scores, ranks and stages",
)  # fmt: skip
def get_one(request: HttpRequest, edition_id: EditionId) -> dict[str, Any]:
    edition = get_edition(int(edition_id))
    methodology = edition.methodology
    return {
        **_edition(edition),
        "stages": [{"name": stage.name, "starts_at": float(stage.starts_at)} for stage in methodology.stages],
        "indicators": [
            {
                "key": key, "title": methodology.indicators[key].title,
                "parts": {part: str(weight) for part, weight in methodology.indicators[key].parts.items()},
                "weights_from": methodology.indicators[key].weights_from,
            }
            for key in methodology.order
        ],
        "scores": [_score(score) for score in list_scores(edition.edition_id)],
    }  # fmt: skip


class GreenLineOut(Schema):
    """One entry of the green account. ``reason`` is counted, capped, no_factor or reversed."""

    title: str
    grams: int
    reason: str
    factor: str | None
    is_verified: bool
    occurred_at: datetime


class GreenOut(Schema):
    """The sum of an account in grams of CO2, and its latest hundred entries."""

    grams: int
    acts: int
    entries: list[GreenLineOut]


@router.get(
    "/me/green", auth=SignedIn(), operation_id="get_green_account", response=GreenOut,
    summary="My green account, entry by entry",
)  # fmt: skip
def get_green(request: Request) -> dict[str, Any]:
    account = get_green_account(actor=request.actor)
    entries = [
        {
            "title": line.title, "grams": line.grams, "reason": str(line.reason),
            "factor": line.factor.key if line.factor else None,
            "is_verified": bool(line.factor and line.factor.verified), "occurred_at": line.occurred_at,
        }
        for line in account.lines
    ]  # fmt: skip
    return {"grams": account.grams, "acts": account.acts, "entries": entries}


class ShareOut(Schema):
    """How often, for one key: an act, an item's or agency's id, an hour. An empty key lumps what is too small."""

    key: str
    times: int


class UseOut(Schema):
    """A month of a city along one dimension; cells below ten are lumped or left out."""

    city_code: str
    month: str
    dimension: Dimension
    stage: UseStage
    shares: list[ShareOut]


@router.get(
    "/regions/{region_code}/use", auth=Public(), operation_id="get_use", response=UseOut,
    summary="How much a city used the platform in a month, small numbers hidden",
)  # fmt: skip
def get_use(
    request: HttpRequest,
    region_code: Annotated[str, Path(pattern=r"^[0-9]{6}$")],
    month: Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")],
    dimension: Dimension = Dimension.ACT,
    stage: UseStage = UseStage.STARTED,
) -> dict[str, Any]:
    region = get_region(region_code)
    found = public_shares(
        city_code=region.code, month=date.fromisoformat(f"{month}-01"), dimension=dimension, stage=stage
    )
    rows = [{"key": key, "times": times} for key, times in found.rows]
    if found.others:
        rows.append({"key": "", "times": found.others})
    return {"city_code": region.code, "month": month, "dimension": dimension, "stage": stage, "shares": rows}


class PollOut(Schema):
    """A poll, open in ``[opens_at, closes_at)``. ``phase`` is coming, open, closed or withdrawn."""

    id: str
    city_code: str
    title: str
    intro: str
    options: list[str]
    most_choices: int
    electorate: Electorate
    weights: dict[str, float]
    opens_at: datetime
    closes_at: datetime
    phase: PollPhase
    is_demo: bool


class PollChannelOut(Schema):
    """The answers of a channel ("" lumps channels with fewer than ten people): people, and ticks by option."""

    channel: str
    voters: int
    ticks: list[int]


class PollResultOut(Schema):
    """What a poll says: shares by option, 0 to 1."""

    voters: int
    is_weighted: bool
    shares: list[float]
    channels: list[PollChannelOut]


class PollWithResultOut(PollOut):
    """A poll; ``result`` is null until it is over, after a withdrawal, and when fewer than ten took part."""

    turnout: int
    result: PollResultOut | None


class VoteIn(Schema):
    """An answer: positions of options, from 0."""

    options: list[int]


@router.get(
    "/regions/{region_code}/polls", auth=Public(), operation_id="list_polls", response=list[PollOut],
    summary="What a city asks its people, the newest first",
)  # fmt: skip
def get_polls(request: Request, region_code: Annotated[str, Path(pattern=r"^[0-9]{6}$")]) -> list[dict[str, Any]]:
    now, region = clock.now(), get_region(region_code)
    with scope(request.actor):
        return [_poll(each, now) for each in list_polls(region.code)]


@router.get(
    "/polls/{poll_id}", auth=Public(), operation_id="get_poll", response=PollWithResultOut,
    summary="A poll, with its result once it is over",
)  # fmt: skip
def get_one_poll(request: Request, poll_id: PollId) -> dict[str, Any]:
    now = clock.now()
    with scope(request.actor):
        found = get_poll(int(poll_id))
        result = find_result(found) if found.phase(now) is PollPhase.CLOSED else None
        voters = turnout(found.poll_id)
    told = None if result is None else {
        "voters": result.voters, "is_weighted": result.is_weighted, "shares": list(result.shares),
        "channels": [{"channel": e.channel, "voters": e.voters, "ticks": list(e.ticks)} for e in result.channels],
    }  # fmt: skip
    return {**_poll(found, now), "turnout": voters, "result": told}


@router.post(
    "/polls/{poll_id}/votes", auth=SignedIn(), operation_id="vote", response={204: None},
    summary="Answer a poll, once; who chose what is written nowhere",
)  # fmt: skip
def post_vote(request: Request, poll_id: PollId, body: VoteIn) -> Status[None]:
    vote(actor=request.actor, poll_id=int(poll_id), options=body.options, now=clock.now())
    return Status(204, None)


def _poll(poll: PollView, now: datetime) -> dict[str, Any]:
    return {
        "id": str(poll.poll_id), "city_code": poll.city_code, "title": poll.title, "intro": poll.intro,
        "options": list(poll.options), "most_choices": poll.most_choices, "electorate": poll.electorate,
        "weights": poll.weights, "opens_at": poll.opens_at, "closes_at": poll.closes_at, "phase": poll.phase(now),
        "is_demo": poll.is_demo,
    }  # fmt: skip


def _edition(edition: Edition) -> dict[str, Any]:
    return {
        "id": str(edition.edition_id), "methodology": edition.methodology.key, "title": edition.methodology.title,
        "level": edition.level, "parent_code": edition.parent_code, "starts_on": edition.starts_on,
        "ends_on": edition.ends_on, "source": edition.source, "is_demo": edition.is_demo,
        "inputs_hash": edition.inputs_hash, "published_at": edition.published_at,
        "superseded_at": edition.superseded_at,
    }  # fmt: skip


def _score(score: Score) -> dict[str, Any]:
    return {
        "region_code": score.region_code, "region_name": score.region_name, "rank": score.rank,
        "rank_low": score.rank_low, "rank_high": score.rank_high, "stage": score.stage, "shown": score.shown,
        "values": score.values,
    }  # fmt: skip
