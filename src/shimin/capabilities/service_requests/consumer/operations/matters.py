"""12315: file against a business, decide whether to take it up, tell what came of it. Each with its statutory clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson

from shimin.capabilities.service_requests.consumer.domain.consumer import (
    OUTCOME_WORDS,
    OUTCOMES_OF,
    Complainant,
    ConsumerWish,
    Outcome,
)
from shimin.capabilities.service_requests.consumer.models import ConsumerMatter
from shimin.capabilities.service_requests.consumer.queries.matters import COMPLAINANT
from shimin.capabilities.service_requests.domain.deadlines import named_term
from shimin.capabilities.service_requests.domain.filing import read_words
from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.domain.steps import Action, StepRefused
from shimin.capabilities.service_requests.models import RequestNote, ServiceRequest
from shimin.capabilities.service_requests.operations.dispatching import agency_name
from shimin.capabilities.service_requests.operations.filing import Receipt, file_request, read_filing
from shimin.capabilities.service_requests.operations.moving import Change, take_step
from shimin.capabilities.service_requests.ports import Place
from shimin.capabilities.service_requests.queries.rows import OFFICER, has_role_for
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.calendar.deadlines import Clock
from shimin.kernel.crypto import decrypt, encrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, InvalidInput, NotFound
from shimin.kernel.ids import new_id


class NotTakenUp(Conflict):
    """A complaint is concluded after it was taken up; before that it is taken up or refused."""

    code = "consumer_not_taken_up"
    message = "这件投诉还没有决定受理。"
    mend = "请先“决定受理”，或“决定不予受理”并写明理由。"


class TakenUpAlready(Conflict):
    """It was taken up before; what is left is to conclude it."""

    code = "consumer_taken_up"
    message = "这件投诉已经受理。"
    mend = "请组织调解，结束后“告知处理结果”。"


def file_consumer(
    *,
    actor: Actor,
    city_code: str,
    wish: ConsumerWish,
    words: str,
    is_confidential: bool,
    idempotency_key: str,
    now: datetime,
    address: str = "",
    channel: str | None = None,
    photo_ids: Sequence[int] = (),
) -> Receipt:
    """File a complaint or report against a business. Not inside a transaction; idempotent as ``file_request``.

    A complaint needs an account and is never confidential: the business is asked to the table.

    Raises:
        SignInRequired: a complaint without an account.
        InvalidInput: nothing is said.
        PhotoGone, TooManyPhotos, TooManyRequests, NotForOthers, FilingKeyReused: see ``file_request``.
    """
    firm = wish.business
    filing = read_filing(
        city_code=city_code, words=words, kind=wish.kind, place=Place(firm.address, "", firm.lng, firm.lat),
        contact_phone=wish.complainant.phone, is_confidential=is_confidential and wish.kind is RequestKind.REPORT,
        matter=Matter.CONSUMER,
    )  # fmt: skip

    def note(request_id: int) -> None:
        who = wish.complainant
        said = orjson.dumps({"name": who.name, "phone": who.phone, "address": who.address}).decode()
        ConsumerMatter(
            id=new_id(), city_code=filing.city_code, request_id=request_id, business_name=firm.name,
            business_address=firm.address, credit_code=firm.credit_code, business_status=firm.status,
            business_lng=firm.lng, business_lat=firm.lat, goods=wish.goods, demand=str(wish.demand or ""),
            bought_date=wish.bought_date, amount_fen=wish.amount_fen,
            complainant=encrypt(said, context=COMPLAINANT) if any((who.name, who.phone, who.address)) else b"",
        ).save(force_insert=True)  # fmt: skip

    return file_request(
        actor=actor, filing=filing, idempotency_key=idempotency_key, now=now, address=address, channel=channel,
        photo_ids=photo_ids, also=note,
    )  # fmt: skip


def take_up(*, actor: Actor, request_id: int, now: datetime, words: str = "") -> int:
    """Decide to take a complaint up (受理): the clock of mediation starts. Returns the step's id.

    Raises:
        TakenUpAlready: see the class.
        StepRefused, Forbidden, NotFound: see ``take_step``; also for what is no complaint of a consumer.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        matter = _matter_of(row, RequestKind.COMPLAINT)
        if matter.taken_up_level == row.level:
            raise TakenUpAlready
        ConsumerMatter.objects.filter(id=matter.id).update(taken_up_level=row.level)
        term = named_term("consumer_mediation", city_code=row.city_code, now=now)
        return Change(words=text, details=_agency(row), clock=Clock(term.deadline, now))

    return take_step(actor=actor, request_id=request_id, action=Action.TAKE_UP, now=now, decide=decide, words=words)


def refuse(*, actor: Actor, request_id: int, words: str, now: datetime) -> int:
    """Decide not to take a complaint up, saying why and where to go (``words`` go to the complainant).

    Raises:
        InvalidInput: no reasons.
        TakenUpAlready: see the class.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        if _matter_of(row, RequestKind.COMPLAINT).taken_up_level == row.level:
            raise TakenUpAlready
        return Change({"answer": text, "answered_at": now, "extension": None}, words=text, details=_agency(row))

    return take_step(actor=actor, request_id=request_id, action=Action.REFUSE, now=now, decide=decide, words=words)


def conclude(
    *, actor: Actor, request_id: int, outcome: Outcome, words: str, now: datetime, photo_ids: Sequence[int] = ()
) -> int:
    """Tell what came of a complaint that was taken up, or of a report that was looked into; the clock ends.

    Raises:
        InvalidInput: nothing is said, or the outcome is none of this kind.
        NotTakenUp: see the class.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        kind = RequestKind(row.request_kind)
        matter = _matter_of(row, *OUTCOMES_OF)
        if outcome not in OUTCOMES_OF[kind]:
            raise InvalidInput(fields={"outcome": "请选处理结果。"})
        if kind is RequestKind.COMPLAINT and matter.taken_up_level != row.level:
            raise NotTakenUp
        ConsumerMatter.objects.filter(id=matter.id).update(outcome=str(outcome))
        told = f"{OUTCOME_WORDS[outcome]}。{text}"
        return Change(
            {"answer": told, "answered_at": now, "extension": None, "draft": ""}, words=told,
            details={**_agency(row), "outcome": str(outcome)}, audit={"outcome": str(outcome)}, photo_ids=photo_ids,
        )  # fmt: skip

    return take_step(actor=actor, request_id=request_id, action=Action.CONCLUDE, now=now, decide=decide, words=words)


def _matter_of(row: ServiceRequest, *kinds: RequestKind) -> ConsumerMatter:
    """Return the matter of a locked request; others have none of these steps."""
    if row.matter != Matter.CONSUMER or row.request_kind not in kinds:
        raise StepRefused("这件诉求不是12315的投诉或举报，没有这一步。")
    return ConsumerMatter.objects.get(city_code=row.city_code, request_id=row.id)


def _agency(row: ServiceRequest) -> dict[str, str]:
    return {"agency": agency_name(row.city_code, row.agency_id)} if row.agency_id is not None else {}


def reveal_complainant(*, actor: Actor, request_id: int, words: str, now: datetime) -> Complainant:
    """Return a complainant's name, phone and address in full, to an officer who says why; it stands in the audit.

    Raises:
        InvalidInput: no reason.
        NotFound: no such matter in the actor's grants, or one whose reporter wishes to stay unknown.
    """
    reason = read_words(words, longest=200)
    with scope(actor):
        row = ServiceRequest.objects.filter(id=request_id).first()
        if row is None or not has_role_for(actor, OFFICER, row) or row.is_confidential:
            raise NotFound("没有找到这件诉求。")
        matter = ConsumerMatter.objects.filter(city_code=row.city_code, request_id=row.id).first()
        if matter is None or not matter.complainant:
            raise NotFound("没有留姓名和电话。")
        said = orjson.loads(decrypt(bytes(matter.complainant), context=COMPLAINANT))
        audit.record(
            actor=actor, action="service_requests.reveal_complainant", target="request", target_id=row.id, now=now,
            city_code=row.city_code, details={"reason_length": len(reason)},
        )  # fmt: skip
        RequestNote(
            id=new_id(), request_id=row.id, city_code=row.city_code, account_id=actor.account_id or 0,
            words=f"查看了投诉人的联系方式：{reason}", written_at=now,
        ).save(force_insert=True)  # fmt: skip
    return Complainant(said["name"], said["phone"], said["address"])
