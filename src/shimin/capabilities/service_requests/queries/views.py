"""Requests as pages and programs get them: frozen, without what the reader may not know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.states import OPEN_STATES, RequestState
from shimin.capabilities.service_requests.domain.steps import STEP_WORDS, Action
from shimin.capabilities.service_requests.models import RequestStep, ServiceRequest
from shimin.capabilities.service_requests.ports import Choice, Place
from shimin.capabilities.service_requests.queries.matters import MatterView
from shimin.kernel.actor import ActorKind


@dataclass(frozen=True, slots=True)
class StepView:
    """One line of the timeline. ``agency`` is the name of who acted, "" for the person or the platform."""

    step_id: int
    action: Action
    title: str
    state: RequestState
    taken_at: datetime
    by: str
    agency: str
    words: str
    due_at: datetime
    is_clock_running: bool
    details: dict[str, Any]
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A photo at a step; pixels of the large picture.

    Not ``is_shown``: of an answer in review. ``is_published``: everybody sees it beside the published answer.
    """

    photo_id: int
    step_id: int
    by_staff: bool
    is_shown: bool
    width: int
    height: int
    is_published: bool = False


@dataclass(frozen=True, slots=True)
class VoiceView:
    """A recording at a step, and how long it is in seconds."""

    voice_id: int
    step_id: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ClockView:
    """The promise: due before ``due_at`` unless it stands still, and then why."""

    due_at: datetime
    is_running: bool
    note: str
    ended_at: datetime | None
    history: tuple[dict[str, Any], ...]

    @property
    def is_late(self) -> bool:
        """Whether the clock ended after its time (an open one is compared with the present by who shows it)."""
        return self.ended_at is not None and self.ended_at > self.due_at


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as the people who reported it see it. Not ``is_filer``: joined, sees no words of others."""

    request_id: int
    number: str
    city_code: str
    kind: RequestKind
    state: RequestState
    level: int
    is_emergency: bool
    is_confidential: bool
    is_filer: bool
    title: str
    words: str
    category: str
    place: Place
    filed_at: datetime
    clock: ClockView
    answer: str
    answered_at: datetime | None
    rating: str
    merged_into_id: int | None
    steps: tuple[StepView, ...]
    query_code: str = ""
    photos: tuple[PhotoView, ...] = ()
    voices: tuple[VoiceView, ...] = ()
    matter: MatterView | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request in a list of one's own."""

    request_id: int
    number: str
    city_code: str
    kind: RequestKind
    state: RequestState
    title: str
    filed_at: datetime
    clock: ClockView


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A request in a queue of the desk. The filer is not told here."""

    request_id: int
    number: str
    city_code: str
    region_code: str
    kind: RequestKind
    state: RequestState
    level: int
    is_emergency: bool
    title: str
    address: str
    category: str
    agency_id: int | None
    handler_id: int | None
    returns: int
    filed_at: datetime
    dispatched_at: datetime | None
    due_at: datetime
    is_clock_running: bool
    look_again_date: date | None
    has_extension: bool
    ended_at: datetime | None
    rung: int


@dataclass(frozen=True, slots=True)
class NoteView:
    """An internal note."""

    note_id: int
    account_id: int
    words: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class ReporterView:
    """Somebody who reported. ``phone`` is masked; None: nobody may know, or there is none."""

    role: str
    account_id: int | None
    phone: str | None
    since_at: datetime


@dataclass(frozen=True, slots=True)
class DeskRequest:
    """A request as staff see it, with everything but who wished to stay unknown (``is_confidential``).

    ``has_insults``: the citizen's words insult; pages fold them.
    """

    line: QueueLine
    words: str
    place: Place
    accuracy_metres: int | None
    channel: str
    is_anonymous: bool
    is_confidential: bool
    is_for_other: bool
    is_fixed: bool
    category_by: str
    choices: tuple[Choice, ...]
    clock: ClockView
    extension: dict[str, Any] | None
    draft: str
    drafted_by_id: int | None
    answer: str
    answered_at: datetime | None
    published_answer: str
    rating: str
    wants_contact: bool
    parent_id: int | None
    merged_into_id: int | None
    mirror_of_id: int | None
    steps: tuple[StepView, ...]
    notes: tuple[NoteView, ...]
    reporters: tuple[ReporterView, ...]
    actions: tuple[Action, ...]
    photos: tuple[PhotoView, ...] = ()
    voices: tuple[VoiceView, ...] = ()
    matter: MatterView | None = None
    has_insults: bool = False


def clock_view(row: ServiceRequest) -> ClockView:
    """Return the promise of a row."""
    return ClockView(
        row.due_at, row.is_clock_running, row.clock_note, row.ended_at, tuple(row.clock.get("history", ()))
    )


def place_of(row: ServiceRequest) -> Place:
    """Return where a row is."""
    return Place(row.address, row.region_code, row.lng, row.lat)


def step_view(row: RequestStep, *, for_staff: bool) -> StepView:
    """Return a step; opinions between offices and the accounts of staff are for staff only."""
    details = (
        dict(row.details) if for_staff else {k: v for k, v in row.details.items() if k not in ("opinion", "reason")}
    )
    return StepView(
        step_id=row.id, action=Action(row.action), title=STEP_WORDS[Action(row.action)], state=RequestState(row.state),
        taken_at=row.taken_at, by=row.actor_kind, agency=str(row.details.get("agency", "")), words=row.words,
        due_at=row.due_at, is_clock_running=row.is_clock_running, details=details,
        account_id=row.account_id if for_staff and row.actor_kind == ActorKind.STAFF else None,
    )  # fmt: skip


def queue_line(row: ServiceRequest) -> QueueLine:
    """Return a row as a line of a queue."""
    return QueueLine(
        request_id=row.id, number=row.number, city_code=row.city_code, region_code=row.region_code,
        kind=RequestKind(row.request_kind), state=RequestState(row.state), level=row.level,
        is_emergency=row.is_emergency, title=row.title, address=row.address, category=row.category,
        agency_id=row.agency_id, handler_id=row.handler_id, returns=row.returns, filed_at=row.filed_at,
        dispatched_at=row.dispatched_at, due_at=row.due_at, is_clock_running=row.is_clock_running,
        look_again_date=row.look_again_date, has_extension=row.extension is not None, ended_at=row.ended_at,
        rung=row.rung,
    )  # fmt: skip
