"""What the routes of joint handling take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from shimin.capabilities.service_requests.api.schemas import PhotoTokens, Words
from shimin.capabilities.service_requests.joint_handling.public import (
    DAYS,
    MOST_CO_HANDLERS,
    MOST_DAYS,
    LentRequest,
    OwnPart,
    PartView,
    ToldPart,
)
from shimin.kernel.web.api import IdText


class PartOut(Schema):
    """A co-handler's part. `actions`: what the caller may do with it now. `is_fixed`: it cannot be declined."""

    part_id: IdText
    request_id: IdText
    agency_id: IdText
    agency: str
    state: str
    asked_by: str
    is_fixed: bool
    wish: str
    contribution: str
    reason: str
    asked_at: datetime
    respond_by_at: datetime
    due_at: datetime
    responded_at: datetime | None
    given_at: datetime | None
    urged_at: datetime | None
    actions: list[str]


class LentRequestOut(Schema):
    """The request behind a part, while co-handling is open. Nothing in it says who reported."""

    number: str
    kind: str
    is_emergency: bool
    state: str
    title: str
    words: str
    category: str
    address: str
    region_code: str
    lng: float | None
    lat: float | None
    filed_at: datetime
    due_at: datetime
    is_clock_running: bool
    lead: str


class OwnPartOut(Schema):
    """A part of the caller's agency; `request` null: co-handling is over."""

    part: PartOut
    request: LentRequestOut | None


class CoHandlersIn(Schema):
    """Which agencies are asked, what for, and in how many working days (never after the request's own deadline)."""

    agency_ids: list[IdText] = Field(min_length=1, max_length=MOST_CO_HANDLERS)
    wish: Words
    days: int = Field(default=DAYS, ge=1, le=MOST_DAYS)


class PartStepIn(Schema):
    """A step of a part; which words an action needs: docs/reference/joint-handling.md. Photos come with `give`."""

    action: str = Field(max_length=40, examples=["give"])
    words: Words = ""
    photos: PhotoTokens


class ToldPartOut(Schema):
    """A co-handler as the people who reported know it; `state_words` are plain words."""

    agency: str
    state: str
    state_words: str
    asked_at: datetime
    responded_at: datetime | None
    given_at: datetime | None


class HandlersOut(Schema):
    """Who leads a request and who co-handles; `lead` is "" while nobody co-handles."""

    lead: str
    co_handlers: list[ToldPartOut]


def part_out(part: PartView) -> dict[str, Any]:
    """Return a part as JSON values."""
    names = (
        "part_id", "request_id", "agency_id", "agency", "asked_by", "is_fixed", "wish", "contribution", "reason",
        "asked_at", "respond_by_at", "due_at", "responded_at", "given_at", "urged_at",
    )  # fmt: skip
    return {
        **{name: getattr(part, name) for name in names}, "state": str(part.state),
        "actions": [str(action) for action in part.actions],
    }  # fmt: skip


def own_part_out(own: OwnPart) -> dict[str, Any]:
    """Return an own part as JSON values."""
    return {"part": part_out(own.part), "request": own.request and _lent_out(own.request)}


def told_out(part: ToldPart) -> dict[str, Any]:
    """Return what a citizen is told as JSON values."""
    return {
        "agency": part.agency, "state": str(part.state), "state_words": part.words, "asked_at": part.asked_at,
        "responded_at": part.responded_at, "given_at": part.given_at,
    }  # fmt: skip


def _lent_out(lent: LentRequest) -> dict[str, Any]:
    names = (
        "number", "is_emergency", "title", "words", "category", "address", "region_code", "lng", "lat", "filed_at",
        "due_at", "is_clock_running", "lead",
    )  # fmt: skip
    return {**{name: getattr(lent, name) for name in names}, "kind": str(lent.kind), "state": str(lent.state)}
