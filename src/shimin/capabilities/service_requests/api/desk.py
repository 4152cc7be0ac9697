"""Routes for staff: the queues by their keys, one request, its next step. The same operations as the desk's pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query, Schema
from pydantic import Field

from shimin.capabilities.service_requests.api.routes import RequestId, photo_ids, router, row_id
from shimin.capabilities.service_requests.api.schemas import (
    ClockOut,
    PhotoTokens,
    StepOut,
    Words,
    clock_out,
    step_out,
)
from shimin.capabilities.service_requests.public import (
    DESK_STEPS,
    OPEN_STATES,
    STAFF_ROLES,
    Action,
    DeskRequest,
    Matter,
    QueueFilter,
    QueueLine,
    RequestKind,
    RequestState,
    find_desk_request,
    get_desk_request,
    list_queue,
    read_address_part,
    take_desk_step,
)
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.values.numbers import check_public_number
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, Page, Staff, decode_cursor, encode_cursor

_STATES, _KINDS = "|".join(RequestState), "|".join(RequestKind)
_State = Annotated[str, Field(pattern=f"^({_STATES})$")]
_Kind = Annotated[str, Field(pattern=f"^({_KINDS})$")]
_Category = Annotated[str, Field(min_length=1, max_length=120)]
_ROLES = "|".join(role.removeprefix("service_requests.") for role in STAFF_ROLES)


class DeskFilter(Schema):
    """Which requests of the caller's grants: `state`, `kind` and `category` may come several times."""

    role: str | None = Field(default=None, pattern=f"^({_ROLES})$")
    state: list[_State] | None = Field(default=None, max_length=20)
    kind: list[_Kind] | None = Field(default=None, max_length=20)
    category: list[_Category] | None = Field(default=None, max_length=20)
    district: str | None = Field(default=None, pattern="^[0-9]{6}$")
    address: str = Field(default="", max_length=240)
    urgent: bool = False
    late: bool = False
    matter: str = Field(default="", pattern="^(consumer|abroad)?$")

    def wanted(self, now: datetime) -> QueueFilter:
        """Return the filter of the queue; late is what is due before now."""
        return QueueFilter(
            states=tuple(map(RequestState, dict.fromkeys(self.state or ()))) or OPEN_STATES,
            kinds=tuple(map(RequestKind, dict.fromkeys(self.kind or ()))),
            categories=tuple(dict.fromkeys(self.category or ())), region_code=self.district,
            address=read_address_part(self.address), is_emergency=True if self.urgent else None,
            due_before=now if self.late else None, matter=Matter(self.matter),
        )  # fmt: skip

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles whose grants count."""
        return (f"service_requests.{self.role}",) if self.role else STAFF_ROLES


class QueueLineOut(Schema):
    """A request in a queue; who filed it is not told. `agency_id` None: not dispatched."""

    request_id: IdText
    number: str
    city_code: str
    region_code: str
    kind: str
    state: str
    level: int
    rung: int
    is_emergency: bool
    title: str
    address: str
    category: str
    agency_id: IdText | None
    filed_at: datetime
    due_at: datetime
    is_clock_running: bool


class DeskPhotoOut(Schema):
    """A photo of a request. `is_shown`: its reporters see it; `is_published`: everybody does."""

    photo_id: IdText
    by_staff: bool
    is_shown: bool
    is_published: bool
    width: int
    height: int


class DeskRequestOut(QueueLineOut):
    """A request as staff see it. `actions`: what the caller may do now; names and phones are not in it.

    `has_insults`: the citizen's words insult; clients may fold them."""

    words: str
    channel: str
    is_anonymous: bool
    is_confidential: bool
    draft: str
    answer: str
    rating: str
    clock: ClockOut
    steps: list[StepOut]
    photos: list[DeskPhotoOut]
    matter: dict[str, Any]
    has_insults: bool
    actions: list[str]


class DeskStepIn(Schema):
    """A step of staff. Which fields an action needs: docs/reference/desk-api.md."""

    action: str = Field(max_length=40, examples=["reply"])
    words: Words = ""
    agency_id: IdText | None = None
    amount: int = Field(default=0, ge=0, le=999)
    look_again_date: date | None = None
    answer_by: date | None = None
    city_code: str = Field(default="", pattern="^([0-9]{6})?$")
    category: str = Field(default="", max_length=120)
    kind: str = Field(default="", pattern=f"^({_KINDS})?$")
    into: str = Field(default="", max_length=60)
    outcome: str = Field(default="", max_length=40)
    photos: PhotoTokens
    publish_photos: list[IdText] = Field(
        default_factory=list, max_length=100, description="publish: which photos of the answer everybody sees, by id."
    )


@router.get(
    "/desk/requests", auth=Staff(), operation_id="list_desk_requests", response=Page[QueueLineOut],
    summary="Requests in the caller's grants, the most urgent first",
)  # fmt: skip
def get_desk_requests(
    request: Request,
    asked: Query[DeskFilter],
    number: Annotated[str | None, Query(max_length=60)] = None,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    if number is not None:
        found = find_desk_request(actor=request.actor, number=check_public_number(number))
        return {"items": [_line(get_desk_request(actor=request.actor, request_id=found).line)], "next": None}
    page = list_queue(request.actor, wanted=asked.wanted(clock.now()), roles=asked.roles, after=_position(after))
    return {
        "items": [_line(line) for line in page.lines],
        "next": encode_cursor(page.next[0].isoformat(), page.next[1]) if page.next else None,
    }


@router.get(
    "/desk/requests/{request_id}", auth=Staff(), operation_id="get_desk_request", response=DeskRequestOut,
    summary="One request in the caller's grants, with what may be done to it",
)  # fmt: skip
def get_one_desk_request(request: Request, request_id: RequestId) -> dict[str, Any]:
    return _request(get_desk_request(actor=request.actor, request_id=row_id(request_id)))


@router.post(
    "/desk/requests/{request_id}/steps", auth=Staff(), operation_id="take_desk_step", response=DeskRequestOut,
    summary="Take a step at the desk",
)  # fmt: skip
def post_desk_step(request: Request, request_id: RequestId, body: DeskStepIn) -> dict[str, Any]:
    number = row_id(request_id)
    shown = get_desk_request(actor=request.actor, request_id=number)
    action = next((each for each in DESK_STEPS if each == body.action), None)
    if action is None:
        raise InvalidInput(fields={"action": f"action 是其中之一：{'、'.join(map(str, shown.actions))}。"})
    said = {
        "words": body.words, "agency": body.agency_id or "", "amount": body.amount, "category": body.category,
        "look_again_date": body.look_again_date, "answer_by": body.answer_by, "city_code": body.city_code,
        "kind": body.kind, "into": body.into, "outcome": body.outcome, "photos": photo_ids(body.photos),
        "publish_photos": body.publish_photos,
    }  # fmt: skip
    _require(action, said)
    take_desk_step(action=action, actor=request.actor, request_id=number, said=said, now=clock.now())
    return _request(_after(request, shown, number))


# What an action cannot do without; the operations check the rest.
_NEEDS = {
    Action.DISPATCH: "agency", Action.ARBITRATE: "agency", Action.SUSPEND: "look_again_date", Action.ORDER: "answer_by",
    Action.HAND_OVER: "city_code", Action.MERGE: "into", Action.ASK_EXTENSION: "amount",
}  # fmt: skip


def _require(action: Action, said: dict[str, Any]) -> None:
    name = _NEEDS.get(action)
    if name is not None and not said[name]:
        field = "agency_id" if name == "agency" else name
        raise InvalidInput(fields={field: f"这一步要写 {field}。"})


def _after(request: Request, before: DeskRequest, request_id: int) -> DeskRequest:
    """Return the request after the step; one that has left the caller's grants is told as it was, without actions."""
    try:
        return get_desk_request(actor=request.actor, request_id=request_id)
    except NotFound:
        return before


def _position(text: str | None) -> tuple[datetime, int] | None:
    if not text:
        return None
    at, request_id = decode_cursor(text, str, int)
    try:
        return datetime.fromisoformat(at), request_id
    except ValueError:
        raise InvalidInput(fields={"after": "不是这个列表的翻页位置"}) from None


def _line(line: QueueLine) -> dict[str, Any]:
    names = (
        "request_id", "number", "city_code", "region_code", "level", "rung", "is_emergency", "title", "address",
        "category", "agency_id", "filed_at", "due_at", "is_clock_running",
    )  # fmt: skip
    return {**{name: getattr(line, name) for name in names}, "kind": str(line.kind), "state": str(line.state)}


_PHOTO = ("photo_id", "by_staff", "is_shown", "is_published", "width", "height")


def _request(shown: DeskRequest) -> dict[str, Any]:
    names = ("words", "channel", "is_anonymous", "is_confidential", "draft", "answer", "rating", "has_insults")
    return {
        **_line(shown.line), **{name: getattr(shown, name) for name in names}, "clock": clock_out(shown.clock),
        "steps": [step_out(step) for step in shown.steps],
        "photos": [{name: getattr(photo, name) for name in _PHOTO} for photo in shown.photos],
        "matter": shown.matter.as_json() if shown.matter else {},
        "actions": [str(action) for action in shown.actions],
    }  # fmt: skip
