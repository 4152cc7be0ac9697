"""What dispatchers do: dispatch, arbitrate a return, decline, correct kind and category."""

from __future__ import annotations

from datetime import datetime, timedelta

from shimin.capabilities.catalogue.public import list_agencies
from shimin.capabilities.service_requests.domain.kinds import KIND_WORDS, RequestKind
from shimin.capabilities.service_requests.domain.steps import Action
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.operations.moving import Change, take_step
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.errors import Conflict, InvalidInput

LONGEST_CATEGORY = 120
RETURN_WITHIN = timedelta(hours=24)


class SameAgencyAgain(Conflict):
    """A unit that has returned a request gets it again by arbitration only."""

    code = "request_same_agency_again"
    message = "这个部门刚刚退过这一单。"
    mend = "请派给别的部门；确实属于它的，请用“裁定”并写明依据。"


def agency_name(city_code: str, agency_id: int) -> str:
    """Return the short name of an agency that may be given requests of a city.

    Raises:
        InvalidInput: it is none of the city's (or of the districts within it).
    """
    for agency in list_agencies():
        if agency.id == agency_id and agency.region_code[:4] == city_code[:4]:
            return agency.short_name or agency.name
    raise InvalidInput(fields={"agency": "请选择本市的承办部门。"})


def dispatch(*, actor: Actor, request_id: int, agency_id: int, now: datetime, words: str = "", rule: str = "") -> int:
    """Give a request to the agency that leads it (首接负责) and return the step's id.

    By a dispatcher, or by the system when a rule is sure; ``rule`` names what it followed. ``words`` are the opinion
    (拟办意见), which staff read and citizens do not.

    Raises:
        InvalidInput: no agency of the city.
        SameAgencyAgain: the agency returned it last; arbitrate instead.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        if row.state == "returned" and row.agency_id == agency_id:
            raise SameAgencyAgain
        return to_agency(row, agency_id, now, opinion=text, rule=rule)

    return take_step(actor=actor, request_id=request_id, action=Action.DISPATCH, now=now, decide=decide, words=words)


def arbitrate(*, actor: Actor, request_id: int, agency_id: int, words: str, now: datetime) -> int:
    """Decide, with reasons, who takes a returned request; that agency cannot return it again.

    Raises:
        InvalidInput: no reasons, or no agency of the city.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    Source: domain.md §3 (潍坊 art. 22).
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        return to_agency(row, agency_id, now, opinion=text, is_fixed=True)

    return take_step(actor=actor, request_id=request_id, action=Action.ARBITRATE, now=now, decide=decide, words=words)


def decline(*, actor: Actor, request_id: int, words: str, now: datetime) -> int:
    """Refuse a request that no hotline may take, saying why and where to go instead (``words`` go to the citizen).

    Raises:
        InvalidInput: no reasons.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    Source: domain.md §3 (北京条例 art. 11: litigation, arbitration, review, disclosure, petition have their own ways).
    """
    return take_step(
        actor=actor, request_id=request_id, action=Action.DECLINE, now=now, words=words,
        decide=lambda row, text: Change({"answer": text, "answered_at": now}, words=text),
    )  # fmt: skip


def classify(
    *,
    actor: Actor,
    request_id: int,
    now: datetime,
    category: str | None = None,
    kind: RequestKind | None = None,
    is_emergency: bool | None = None,
    region_code: str | None = None,
) -> int:
    """Correct what a request is about: category, kind, urgency, district. None: leave it.

    The promise stays as it was made: a kind corrected afterwards moves no deadline.

    Raises:
        InvalidInput: nothing is to be changed, or the category is too long.
        Forbidden, NotFound, StepRefused: see ``take_step``.
    """
    by = "reader" if actor.kind is ActorKind.SYSTEM else "officer"
    columns: dict[str, object] = {}
    if category is not None:
        if len(category) > LONGEST_CATEGORY:
            raise InvalidInput(fields={"category": "请从目录里选一个类别。"})
        columns |= {"category": category, "category_by": by}
    if kind is not None:
        columns["request_kind"] = str(kind)
    if is_emergency is not None:
        columns["is_emergency"] = is_emergency
    if region_code is not None:
        columns["region_code"] = region_code
    if not columns:
        raise InvalidInput(fields={"category": "请选择类别。"})
    told = {"kind": KIND_WORDS[kind]} if kind is not None else {}

    def decide(row: ServiceRequest, text: str) -> Change:
        return Change(columns, details={"category": category or row.category, **told})

    return take_step(actor=actor, request_id=request_id, action=Action.CLASSIFY, now=now, decide=decide)


def to_agency(
    row: ServiceRequest, agency_id: int, now: datetime, *, opinion: str, is_fixed: bool = False, rule: str = ""
) -> Change:
    """Return what a dispatch changes on a row.

    Raises:
        InvalidInput: no agency of the city.
    """
    name = agency_name(row.city_code, agency_id)
    return Change(
        {
            "agency_id": agency_id, "is_fixed": is_fixed or row.is_fixed, "handler_id": None, "dispatched_at": now,
            "accepted_at": None,
        },
        details={"agency": name, "opinion": opinion, "rule": rule},
        audit={"agency": agency_id, "fixed": is_fixed, "rule": rule},
    )  # fmt: skip
