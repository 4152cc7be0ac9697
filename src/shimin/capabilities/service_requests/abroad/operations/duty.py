"""Help from abroad, and the duty desk's hand-over from shift to shift (M06)."""

from __future__ import annotations

from datetime import datetime

import orjson
from django.db import IntegrityError, transaction

from shimin.capabilities.service_requests.abroad.domain.abroad import Whereabouts
from shimin.capabilities.service_requests.abroad.models import AbroadPlace, DutyHandOver
from shimin.capabilities.service_requests.abroad.queries.abroad import CONTACT_ABROAD, duty_city
from shimin.capabilities.service_requests.domain.filing import read_words
from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.operations.filing import Receipt, file_request, read_filing
from shimin.capabilities.service_requests.ports import Place
from shimin.capabilities.service_requests.queries.queues import QueueFilter, count_queue
from shimin.capabilities.service_requests.queries.rows import DISPATCHER
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.crypto import encrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, NotFound
from shimin.kernel.ids import new_id

_MOST_COUNTED = 1_000


class HandOverOpen(Conflict):
    """The last hand-over has not been taken yet."""

    code = "duty_hand_over_open"
    message = "上一份交班还没有人接。"
    mend = "请接班的人先确认，或在它后面补充说明。"


class OwnHandOver(Conflict):
    """Nobody takes over from themselves."""

    code = "duty_own_hand_over"
    message = "自己交的班要由别人来接。"
    mend = "请接班的同事用自己的账号确认。"


def file_abroad(
    *, actor: Actor, city_code: str, whereabouts: Whereabouts, words: str, is_emergency: bool, idempotency_key: str,
    now: datetime, address: str = "",
) -> Receipt:  # fmt: skip
    """File a call for help from abroad, with or without an account. Not inside a transaction.

    Raises:
        InvalidInput: nothing is said.
        TooManyRequests, NotForOthers, FilingKeyReused: see ``file_request``.
    """
    where = whereabouts
    filing = read_filing(
        city_code=city_code, words=words, kind=RequestKind.HELP, is_emergency=is_emergency, matter=Matter.ABROAD,
        place=Place(f"{where.country.name} {where.place}", "", where.lng, where.lat),
    )  # fmt: skip

    def note(request_id: int) -> None:
        said = orjson.dumps({"name": where.name, "contact": where.contact}).decode()
        AbroadPlace(
            id=new_id(), city_code=filing.city_code, request_id=request_id, country=where.country.code,
            zone=where.zone.name, place=where.place, contact=encrypt(said, context=CONTACT_ABROAD),
        ).save(force_insert=True)  # fmt: skip

    return file_request(
        actor=actor, filing=filing, idempotency_key=idempotency_key, now=now, address=address, also=note
    )


def hand_over_duty(*, actor: Actor, words: str, now: datetime) -> int:
    """Hand the duty desk over, saying what the next shift must know; how many calls are open is counted with it.

    Raises:
        InvalidInput: nothing is said.
        HandOverOpen: see the class.
        NotFound: the actor is no dispatcher of one city.
    """
    text, city_code = read_words(words, longest=2_000), duty_city(actor)
    open_count = count_queue(actor, wanted=QueueFilter(matter=Matter.ABROAD), roles=(DISPATCHER,), most=_MOST_COUNTED)
    with scope(actor):
        row = DutyHandOver(
            id=new_id(), city_code=city_code, given_by_id=actor.account_id or 0, given_at=now, words=text,
            open_count=open_count,
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise HandOverOpen from None
        _note(actor, "hand_over_duty", row, now)
    return int(row.id)


def take_duty(*, actor: Actor, hand_over_id: int, now: datetime) -> None:
    """Take the duty desk over from another person. Taken twice by the same person, it is taken once.

    Raises:
        OwnHandOver: see the class.
        NotFound: no such hand-over in the actor's city, or somebody else has taken it.
    """
    city_code = duty_city(actor)
    with scope(actor):
        row = DutyHandOver.objects.select_for_update().filter(id=hand_over_id, city_code=city_code).first()
        if row is None or row.taken_by_id not in (None, actor.account_id):
            raise NotFound("这份交班已经有人接了。")
        if row.given_by_id == actor.account_id:
            raise OwnHandOver
        if row.taken_at is None:
            DutyHandOver.objects.filter(id=row.id).update(taken_by_id=actor.account_id, taken_at=now)
            _note(actor, "take_duty", row, now)


def _note(actor: Actor, what: str, row: DutyHandOver, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"service_requests.{what}", target="duty", target_id=row.id, now=now,
        city_code=row.city_code,
    )  # fmt: skip
