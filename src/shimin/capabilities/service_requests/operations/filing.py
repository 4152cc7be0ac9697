"""File a request: number, query code, promise, clock, audit and event in one statement; the category follows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import IntegrityError, connection

from shimin.capabilities.catalogue.public import city_of, has_region, list_cities
from shimin.capabilities.service_requests.domain.danger import is_danger
from shimin.capabilities.service_requests.domain.deadlines import term_for
from shimin.capabilities.service_requests.domain.filing import Filing, read_phone, read_place, read_words
from shimin.capabilities.service_requests.domain.kinds import RequestKind, kind_in
from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.domain.personal_data import personal_data_in
from shimin.capabilities.service_requests.events import RequestFiled
from shimin.capabilities.service_requests.handles import CONTACT, code_hash, key_hash, query_code
from shimin.capabilities.service_requests.operations.photos import attach_photos
from shimin.capabilities.service_requests.operations.voices import attach_voices
from shimin.capabilities.service_requests.ports import Place
from shimin.capabilities.service_requests.queries.opening import opened
from shimin.capabilities.service_requests.queries.whereabouts import Elsewhere
from shimin.kernel import audit, events, rate
from shimin.kernel.actor import SYSTEM, Actor, ActorKind
from shimin.kernel.calendar import working_calendar
from shimin.kernel.calendar.deadlines import Clock
from shimin.kernel.crypto import encrypt
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput, SignInRequired
from shimin.kernel.ids import new_id
from shimin.kernel.values.numbers import new_public_number

MANDATE_SCOPE = "service-requests"
_PER_ACCOUNT, _PER_ADDRESS, _WINDOW_SECONDS = 20, 30, 3600
_TRIES = 5
_FILE = f"""
    WITH filed AS MATERIALIZED (SELECT * FROM service_requests_file(%s::jsonb, %s, %s, %s, %s, %s)),
    noted AS ({audit.INSERT} FROM filed WHERE outcome = 'filed'),
    told AS ({events.INSERT} FROM filed WHERE outcome = 'filed')
    SELECT outcome, request_id, number, due_at, request_kind FROM filed
"""  # noqa: S608 - constants only


class FilingKeyReused(Conflict):
    """The key has filed something else."""

    code = "filing_key_reused"
    message = "这次提交和上一次内容不同，却用了同一个编号。"
    mend = "请刷新页面后重新提交。"


class NotForOthers(Forbidden):
    """The mandate does not reach as far as requests, or it has ended."""

    code = "request_not_for_others"
    message = "您的代办范围不包括提诉求。"
    mend = "请对方在“代办”里选择“全部事项”，或切回自己提交。"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What somebody has in hand after filing. ``due_at``: the answer is promised before it.

    ``personal_data`` names numbers of people in the words ("手机号码"), ``is_repeated`` says it was filed before.
    ``elsewhere``: the place is in another city; only told to who had no look before filing.
    """

    request_id: int
    number: str
    query_code: str
    kind: RequestKind
    due_at: datetime
    is_repeated: bool
    personal_data: tuple[str, ...] = ()
    elsewhere: Elsewhere | None = None


def read_filing(
    *,
    city_code: str,
    words: str,
    kind: RequestKind | None = None,
    place: Place | None = None,
    accuracy_metres: int | None = None,
    is_confidential: bool = False,
    is_emergency: bool = False,
    contact_phone: str = "",
    matter: Matter = Matter.ORDINARY,
) -> Filing:
    """Check what somebody wrote and return it tidied. Without a kind the words decide. Asks no database.

    Raises:
        InvalidInput: nothing is said, too much is, or place, phone or city make no sense; ``fields`` says what.
    """
    faults: dict[str, str] = {}
    parts: dict[str, Any] = {}
    for name, read in (
        ("city_code", lambda: city_of(city_code).code if has_region(city_code) else _no_city()),
        ("words", lambda: read_words(words)),
        ("place", lambda: _read_place(place or Place(), accuracy_metres)),
        ("contact_phone", lambda: read_phone(contact_phone)),
    ):
        try:
            parts[name] = read()
        except InvalidInput as wrong:
            faults |= {"contact_phone" if name == "contact_phone" else key: text for key, text in wrong.fields.items()}
    if faults:
        raise InvalidInput(fields=faults)
    said = parts["words"]
    return Filing(
        **parts, kind=kind or kind_in(said), accuracy_metres=accuracy_metres, is_confidential=is_confidential,
        is_emergency=is_emergency or is_danger(said), matter=matter,
    )  # fmt: skip


def file_request(
    *,
    actor: Actor,
    filing: Filing,
    idempotency_key: str,
    now: datetime,
    address: str = "",
    channel: str | None = None,
    photo_ids: Sequence[int] = (),
    voice_ids: Sequence[int] = (),
    counted: tuple[str, int] | None = None,
    also: Callable[[int], None] | None = None,
) -> Receipt:
    """File a request for the actor (or whom they act for), with or without an account. Not inside a transaction.

    Idempotent per (account, key): a repeated call returns the first receipt; without an account the key alone counts,
    so it must be a secret of the filer's ("" : no key). ``address`` is the client's, for the limit of filings without
    an account; ``counted``: (key, filings an hour) instead. ``photo_ids`` and ``voice_ids`` were
    received before (``receive_request_photo``, ``receive_request_voice``) and are filed with it or not at all. ``also``
    is called with the id of a new request in the same transaction, where it is open to the actor.

    Raises:
        PhotoGone, TooManyPhotos, VoiceGone, TooManyVoices: see there.
        TooManyRequests: more filings in an hour than a person makes.
        NotForOthers: a hat is on that does not reach so far.
        SignInRequired: the law wants a name for this kind.
        FilingKeyReused: the key filed something else.
    """
    require_no_transaction()
    _check_actor(actor, filing)
    _limit(actor, address, now, counted)
    request_id = new_id()
    term = term_for(
        city_code=filing.city_code, kind=filing.kind, is_emergency=filing.is_emergency, now=now, matter=filing.matter
    )
    clock = Clock(term.deadline, now)
    due_at = clock.due_at(working_calendar())
    request = _columns(actor, filing, request_id, clock, due_at, channel or actor.channel)
    outcome, found_id, number, due_at, kind = _run(
        actor, request, filing, idempotency_key, now, photo_ids, voice_ids, also
    )
    if outcome == "key_reused":
        raise FilingKeyReused
    return Receipt(
        request_id=found_id, number=number, query_code=query_code(found_id), kind=RequestKind(kind), due_at=due_at,
        is_repeated=outcome == "repeated", personal_data=personal_data_in(filing.words),
    )  # fmt: skip


def _no_city() -> str:
    raise InvalidInput(fields={"city_code": "请选择城市。"})


def _read_place(place: Place, accuracy_metres: int | None) -> Place:
    tidy = read_place(place, accuracy_metres)
    if tidy.region_code and not has_region(tidy.region_code):
        raise InvalidInput(fields={"region_code": "没有这个区县，请重新选择。"})
    return tidy


def _check_actor(actor: Actor, filing: Filing) -> None:
    if actor.kind is ActorKind.STAFF:
        raise Forbidden("工作人员账号不能提诉求。", mend="请用您自己的市民账号提交。")
    if actor.hat is not None and not actor.hat.allows(MANDATE_SCOPE):
        raise NotForOthers
    if actor.account_id is None and filing.needs_a_name:
        raise SignInRequired


def _limit(actor: Actor, address: str, now: datetime, counted: tuple[str, int] | None) -> None:
    if actor.kind is ActorKind.SYSTEM:
        return
    own = (address, _PER_ADDRESS) if actor.account_id is None else (str(actor.account_id), _PER_ACCOUNT)
    key, limit = counted or own
    rate.hit("service_requests.file", key, limit=limit, window_seconds=_WINDOW_SECONDS, now=now)


def _columns(
    actor: Actor, filing: Filing, request_id: int, clock: Clock, due_at: datetime | None, channel: str
) -> dict[str, Any]:
    district = filing.place.region_code or district_in(filing.city_code, filing.place.address)
    return {
        "id": request_id, "step_id": new_id(), "reporter_id": new_id(), "city_code": filing.city_code,
        "request_kind": filing.kind, "is_emergency": filing.is_emergency, "title": filing.title, "words": filing.words,
        "address": filing.place.address,
        "region_code": district,
        "lng": filing.place.lng, "lat": filing.place.lat, "accuracy_metres": filing.accuracy_metres, "channel": channel,
        "account_id": actor.account_id, "person_id": actor.hat.person_id if actor.hat else None,
        "mandate_id": actor.hat.mandate_id if actor.hat else None, "is_confidential": filing.is_confidential,
        "matter": filing.matter, "clock": clock.to_json(), "due_at": due_at, "actor_kind": actor.kind,
    }  # fmt: skip


def district_in(city_code: str, text: str) -> str:
    """Return the code of the first district of a city whose name stands in the text, "" without one."""
    return next((each.code for each in list_cities(city_code) if each.name in text), "") if text else ""


def _run(
    actor: Actor,
    request: dict[str, Any],
    filing: Filing,
    key: str,
    now: datetime,
    photo_ids: Sequence[int] = (),
    voice_ids: Sequence[int] = (),
    also: Callable[[int], None] | None = None,
) -> tuple[str, int, str, datetime, str]:
    """Run the statement; a number that is taken already is drawn again."""
    request_id, city_code = request["id"], filing.city_code
    contact = encrypt(filing.contact_phone, context=CONTACT) if filing.contact_phone else b""
    fingerprint = _fingerprint(filing)
    for left in reversed(range(_TRIES)):
        number = new_public_number(city_code, now)
        noted = audit.row(
            actor=actor, action="service_requests.file", target="request", target_id=request_id, now=now,
            city_code=city_code, details={"kind": filing.kind, "channel": request["channel"]},
        )  # fmt: skip
        event = RequestFiled(
            request_id=request_id, city_code=city_code, request_kind=filing.kind, is_emergency=filing.is_emergency,
            channel=request["channel"], region_code=request["region_code"],
        )  # fmt: skip
        told = events.row(event, aggregate="service_requests.request", aggregate_id=request_id, version=1, now=now)
        values = [
            orjson.dumps({**request, "number": number}).decode(), contact,
            code_hash(number, query_code(request_id)), key_hash(actor.account_id, key) if key else None, fingerprint,
            now, *noted, *told,
        ]  # fmt: skip
        try:
            with scope(actor), connection.cursor() as cursor:
                cursor.execute(_FILE, values)
                row: tuple[str, int, str, datetime, str] = cursor.fetchone()
                if (photo_ids or voice_ids or also) and row[0] == "filed":
                    if actor.kind is ActorKind.ANONYMOUS:
                        opened(row[2], query_code(request_id))
                    attach_photos(
                        actor=actor, request_id=request_id, step_id=request["step_id"], photo_ids=photo_ids,
                        is_shown=True,
                    )  # fmt: skip
                    attach_voices(
                        actor=actor, request_id=request_id, step_id=request["step_id"], voice_ids=voice_ids
                    )  # fmt: skip
                    if also is not None:
                        also(request_id)
                return row
        except IntegrityError as error:
            if not left or "service_requests_request_number" not in str(error):
                raise
    raise AssertionError("unreachable")


def _fingerprint(filing: Filing) -> bytes:
    """Tell filings of one key apart by what they say; the place may be measured anew by a page that is sent again."""
    return hashlib.sha256(f"{filing.city_code}\0{filing.words}".encode()).digest()


def file_for_another(
    *, filing: Filing, request_id: int, account_id: int | None, channel: str, now: datetime
) -> tuple[str, datetime]:
    """File what came another way than through its filer (a bulk file), in the caller's scope of the system.

    Without limits and keys: the caller has its own. ``account_id``: who is told of it, if anybody. Returns number and
    promise.
    """
    term = term_for(city_code=filing.city_code, kind=filing.kind, is_emergency=filing.is_emergency, now=now)
    clock = Clock(term.deadline, now)
    columns = _columns(SYSTEM, filing, request_id, clock, clock.due_at(working_calendar()), channel)
    _, _, number, due_at, _ = _run(SYSTEM, {**columns, "account_id": account_id}, filing, "", now)
    return number, due_at
