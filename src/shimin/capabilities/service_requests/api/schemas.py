"""Shapes of the JSON API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from shimin.capabilities.service_requests.public import (
    LONGEST_WORDS,
    MOST_AT_ONCE,
    MOST_VOICES_AT_ONCE,
    ClockView,
    LookOver,
    RequestKind,
    RequestLine,
    RequestView,
    StepView,
)
from shimin.kernel.web.api import IdText

Words = Annotated[str, Field(max_length=200_000, description=f"At most {LONGEST_WORDS} characters are accepted.")]
_KINDS = "|".join(RequestKind)


class AskIn(Schema):
    """A text to look over: nothing is kept. A position is WGS-84."""

    city_code: str = Field(max_length=6, examples=["430100"])
    words: Words
    address: str = Field(default="", max_length=1000)
    lng: float | None = None
    lat: float | None = None


PhotoTokens = Annotated[
    list[Annotated[str, Field(max_length=400)]],
    Field(default_factory=list, max_length=MOST_AT_ONCE, description="Tokens of photos that were sent before."),
]


VoiceTokens = Annotated[
    list[Annotated[str, Field(max_length=400)]],
    Field(default_factory=list, max_length=MOST_VOICES_AT_ONCE, description="Tokens of voice files sent before."),
]


class RequestIn(AskIn):
    """A request to file. Without `kind` the words decide; with a voice file there need be none.

    A position is WGS-84; send it with its accuracy.
    """

    kind: str | None = Field(default=None, pattern=f"^({_KINDS})$")
    region_code: str = Field(default="", max_length=6)
    accuracy_metres: int | None = None
    is_confidential: bool = False
    is_emergency: bool = False
    contact_phone: str = Field(default="", max_length=40)
    photos: PhotoTokens
    voices: VoiceTokens


class ReceiptOut(Schema):
    """What to keep: `number` with `query_code` opens the request. The answer is promised before `due_at`."""

    request_id: IdText
    number: str
    query_code: str
    kind: str
    due_at: datetime
    is_repeated: bool
    personal_data: list[str]


class ChoiceOut(Schema):
    """A proposed category with its calibrated probability."""

    category: str
    probability: float
    reasons: list[str]


class SimilarOut(Schema):
    """An open request to join, or (with `answer`) a published one."""

    request_id: IdText
    title: str
    place: str
    filed_at: datetime
    score: float
    answer: str


class ProposedAgencyOut(Schema):
    """An agency that the dispatch catalogue leads the likely categories to, and how surely."""

    agency_id: IdText
    agency: str
    categories: list[str]
    probability: float | None


class ArticleOut(Schema):
    """A reviewed answer of the knowledge base."""

    question: str
    words: str


class ElsewhereOut(Schema):
    """A position that is not in the city: `city_code` is where it seems to be, "" when near no city of the country."""

    city_code: str
    city: str
    km: int


class SuggestionOut(Schema):
    """What the platform makes of a text. `is_danger`: show 110, 119, 120 first.

    `agencies` is empty where no category is likely enough. `due_at`: answered before it, were it filed now.
    `has_insults`: the words insult; they are taken all the same, and blotted out for others.
    """

    kind: str
    is_danger: bool
    choices: list[ChoiceOut]
    agencies: list[ProposedAgencyOut]
    similar: list[SimilarOut]
    articles: list[ArticleOut]
    personal_data: list[str]
    due_at: datetime
    elsewhere: ElsewhereOut | None
    has_insults: bool


class ClockOut(Schema):
    """The promise. Not running: `note` says why. `history`: each stop, resumption, extension with its reason."""

    due_at: datetime
    is_running: bool
    note: str
    ended_at: datetime | None
    history: list[dict[str, Any]]


class StepOut(Schema):
    """One step; `by` is anonymous, citizen, staff or system."""

    action: str
    title: str
    state: str
    taken_at: datetime
    by: str
    agency: str
    words: str
    due_at: datetime


class PhotoOut(Schema):
    """A photo; `width` x `height` pixels of the large picture. `by_staff`: an office added it to an answer."""

    photo_id: IdText
    by_staff: bool
    width: int
    height: int


class SentPhotoOut(Schema):
    """A photo that was received. `photo` stands for it in a request or step, for a day. `lng`/`lat` by consent only."""

    photo: str
    width: int
    height: int
    lng: float | None
    lat: float | None


class VoiceOut(Schema):
    """A recording and its length."""

    voice_id: IdText
    seconds: float


class SentVoiceOut(Schema):
    """A voice file that was received. `voice` stands for it in a request or facts, for a day."""

    voice: str
    seconds: float


class RequestBriefOut(Schema):
    """A request in a list."""

    request_id: IdText
    number: str
    city_code: str
    kind: str
    state: str
    title: str
    filed_at: datetime
    clock: ClockOut


class RequestOut(RequestBriefOut):
    """A request. Who joined (`is_filer` false) sees the steps and answers of offices, and no words of others.

    `matter`: what is known of a matter of its own (12315: business_name, outcome, …; abroad: country, place).
    """

    level: int
    is_emergency: bool
    is_confidential: bool
    is_filer: bool
    words: str
    category: str
    address: str
    region_code: str
    lng: float | None
    lat: float | None
    answer: str
    answered_at: datetime | None
    rating: str
    actions: list[str]
    steps: list[StepOut]
    photos: list[PhotoOut]
    voices: list[VoiceOut]
    matter: dict[str, Any]


class StepIn(Schema):
    """A step of the reporter's own: add_facts, chase (urge), withdraw, rate (with `rating`) or reopen."""

    action: str = Field(pattern="^(add_facts|chase|withdraw|rate|reopen)$")
    words: Words = ""
    rating: str = Field(default="", max_length=40, examples=["satisfied"])
    wants_contact: bool = False
    photos: PhotoTokens
    voices: VoiceTokens


class PositionIn(Schema):
    """Where the person in danger is now: WGS-84, with the accuracy in metres."""

    lng: float
    lat: float
    accuracy_metres: int | None = None


class LookUpIn(Schema):
    """Number and query code of the receipt."""

    number: str = Field(max_length=60)
    code: str = Field(max_length=40)


class OpenedPhotoIn(LookUpIn):
    """A photo by number and query code."""

    photo_id: IdText
    size: str = Field(default="large", pattern="^(large|small)$")


class OpenedVoiceIn(LookUpIn):
    """A recording by number and query code."""

    voice_id: IdText


class OpenedStepIn(StepIn, LookUpIn):
    """A step by number and query code."""


def suggestion_out(seen: LookOver) -> dict[str, Any]:
    """Return what was made of a text as JSON values."""
    names = ("request_id", "title", "place", "filed_at", "score", "answer")
    alike = sorted((*seen.similar, *seen.answers), key=lambda each: -each.score)
    return {
        "kind": str(seen.kind), "is_danger": seen.is_danger,
        "choices": [
            {"category": each.category_code, "probability": each.probability, "reasons": list(each.reasons)}
            for each in seen.choices
        ],
        "agencies": [
            {
                "agency_id": each.agency_id, "agency": each.agency, "categories": list(each.categories),
                "probability": each.probability,
            }
            for each in seen.agencies
        ],
        "similar": [{name: getattr(each, name) for name in names} for each in alike],
        "articles": [{"question": each.question, "words": each.words} for each in seen.articles],
        "personal_data": list(seen.personal_data), "due_at": seen.due_at,
        "has_insults": seen.has_insults,
        "elsewhere": seen.elsewhere and {name: getattr(seen.elsewhere, name) for name in ("city_code", "city", "km")},
    }  # fmt: skip


def clock_out(clock: ClockView) -> dict[str, Any]:
    """Return a clock as JSON values; who changed it stays inside."""
    history = [{name: each[name] for name in ("kind", "at", "reason", "amount")} for each in clock.history]
    return {
        "due_at": clock.due_at, "is_running": clock.is_running, "note": clock.note, "ended_at": clock.ended_at,
        "history": history,
    }  # fmt: skip


def brief_out(line: RequestLine | RequestView) -> dict[str, Any]:
    """Return what a list says of a request."""
    return {
        "request_id": line.request_id, "number": line.number, "city_code": line.city_code, "kind": str(line.kind),
        "state": str(line.state), "title": line.title, "filed_at": line.filed_at, "clock": clock_out(line.clock),
    }  # fmt: skip


def request_out(view: RequestView, actions: list[str]) -> dict[str, Any]:
    """Return a request as JSON values."""
    names = (
        "level", "is_emergency", "is_confidential", "is_filer", "words", "category", "answer", "answered_at", "rating",
    )  # fmt: skip
    place = view.place if view.is_filer else type(view.place)(view.place.address, view.place.region_code)
    return {
        **brief_out(view), **{name: getattr(view, name) for name in names}, "address": place.address,
        "region_code": place.region_code, "lng": place.lng, "lat": place.lat, "actions": actions,
        "steps": [step_out(step) for step in view.steps],
        "photos": [
            {name: getattr(photo, name) for name in ("photo_id", "by_staff", "width", "height")}
            for photo in view.photos
        ],
        "voices": [{"voice_id": voice.voice_id, "seconds": voice.seconds} for voice in view.voices],
        "matter": view.matter.as_json() if view.matter else {},
    }  # fmt: skip


def step_out(step: StepView) -> dict[str, Any]:
    """Return a step as JSON values."""
    return {
        "action": str(step.action), "title": step.title, "state": str(step.state), "taken_at": step.taken_at,
        "by": step.by, "agency": step.agency, "words": step.words, "due_at": step.due_at,
    }  # fmt: skip
