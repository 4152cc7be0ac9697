"""What registered systems do by Open311: file for somebody, with photos, and tell what the reporter has to add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import BinaryIO
from urllib.parse import urlsplit

from django.db import connection

from shimin.capabilities.service_requests.domain.filing import Filing
from shimin.capabilities.service_requests.domain.photos import MOST_AT_ONCE
from shimin.capabilities.service_requests.domain.steps import Action, StepRefused, step_of
from shimin.capabilities.service_requests.handles import query_code
from shimin.capabilities.service_requests.open311.domain.georeport import CHANNEL, OpenService, OpenStatus
from shimin.capabilities.service_requests.open311.handles import partner_update_hash
from shimin.capabilities.service_requests.open311.ports import MediaUnreadable, get_media_reader
from shimin.capabilities.service_requests.open311.queries.georeport import OpenRequest
from shimin.capabilities.service_requests.operations.filing import Receipt, file_request
from shimin.capabilities.service_requests.operations.following import add_facts, reopen, withdraw
from shimin.capabilities.service_requests.operations.photos import receive_request_photo
from shimin.capabilities.service_requests.ports import Place
from shimin.capabilities.service_requests.queries.opening import opened
from shimin.capabilities.service_requests.queries.whereabouts import Elsewhere, elsewhere
from shimin.capabilities.sign_on.public import OPEN311_SCOPE, Machine, find_machine
from shimin.kernel import rate
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound, TooManyRequests
from shimin.kernel.ids import new_id

_ACTOR = replace(ANONYMOUS, channel=CHANNEL)
_MINUTE, _HOUR, _WRONG_KEYS = 60, 3600, 60
CLOSING = frozenset({"closed", "fixed", "fixed - user", "fixed - council", "no_further_action"})


class ApiKeyRefused(Forbidden):
    """No approved system shows this key, or not for this city."""

    code = "open311_api_key_refused"
    message = "api_key 无效。"
    mend = "请向该市 12345 登记系统并领取密钥；停用或换发过的密钥不再有效。"


class UpdateKnown(DomainError):
    """The same update came a second time, at once: the first has become a step."""

    code = "open311_update_known"


@dataclass(frozen=True, slots=True)
class Partner:
    """A registered system that files for people in one city. ``host``: where its own media may lie."""

    client_id: int
    name: str
    host: str
    calls_per_minute: int


def admit_partner(*, api_key: str, city_code: str, address: str, now: datetime) -> Partner:
    """Return the system whose key this is. Wrong keys are counted by the address they come from. Not in a transaction.

    Raises:
        ApiKeyRefused: see the class.
        TooManyRequests: the system calls more often than it was approved for, or keys are being tried.
    """
    machine = find_machine(credential=api_key, wanted_scope=OPEN311_SCOPE, now=now) if api_key else None
    if machine is None or machine.city_code != city_code:
        if api_key:
            rate.hit(
                "service_requests.open311_key", address, limit=_WRONG_KEYS, window_seconds=_MINUTE, now=now
            )  # fmt: skip
        raise ApiKeyRefused
    rate.hit(
        "service_requests.open311_call", str(machine.client_id), limit=machine.calls_per_minute,
        window_seconds=_MINUTE, now=now,
    )  # fmt: skip
    return _partner(machine)


def file_by_partner(
    *,
    partner: Partner,
    service: OpenService,
    filing: Filing,
    photo_ids: Sequence[int] = (),
    idempotency_key: str = "",
    now: datetime,
) -> Receipt:
    """File what a system was told by somebody; which system and service is noted in the same transaction.

    The reporter stays without an account: the system follows the request by its key. Idempotent per (system, key).

    A place in another city is filed all the same, and the receipt says which city; one near no city is refused, since a
    program has sent what no person looked over.

    Raises:
        InvalidInput: the place lies near no city.
        PhotoGone, TooManyPhotos, FilingKeyReused, TooManyRequests: see ``file_request``.
    """
    away = require_near(filing.place, filing.city_code)
    key = f"open311\0{partner.client_id}\0{idempotency_key}" if idempotency_key else ""

    def note(request_id: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT service_requests_note_partner(%s, %s, %s, %s, %s)",
                [new_id(), request_id, partner.client_id, partner.name, service.code],
            )

    receipt = file_request(
        actor=_ACTOR, filing=filing, idempotency_key=key, now=now, channel=CHANNEL, photo_ids=photo_ids,
        counted=(f"open311.{partner.client_id}", partner.calls_per_minute * _HOUR // _MINUTE), also=note,
    )  # fmt: skip
    return replace(receipt, elsewhere=away)


def require_near(place: Place, city_code: str) -> Elsewhere | None:
    """Return in which other city a place lies, None when in this one or without a position.

    Raises:
        InvalidInput: near no city of the country.
    """
    away = elsewhere(place, city_code)
    if away is None or away.city_code:
        return away
    turned = elsewhere(Place(lng=place.lat, lat=place.lng), city_code)
    why = (
        "lat 和 long 好像写反了：lat 是纬度，long 是经度。"
        if turned is None
        else f"这个位置离最近的区县约{away.km}公里，可能在海上或国外。请核对 lat 和 long，或只写 address_string。"
    )
    raise InvalidInput(fields={"lat": why})


def receive_partner_photos(
    *, partner: Partner, city_code: str, uploads: Sequence[BinaryIO], urls: Sequence[str], now: datetime
) -> tuple[list[int], list[str]]:
    """Receive photos that came along or lie at the system's own host; return their ids, and what was wrong with others.

    A report is not lost for the sake of a picture: faults are told beside it. Not in a transaction.

    Raises:
        TooManyRequests: more photos in an hour than the system may send.
    """
    require_no_transaction()
    ids: list[int] = []
    faults: list[str] = []
    given: list[BinaryIO | str] = [*uploads, *urls]
    if len(given) > MOST_AT_ONCE:
        faults.append(f"一次最多{MOST_AT_ONCE}张照片，后面的没有收。")
    for number, each in enumerate(given[:MOST_AT_ONCE], 1):
        try:
            upload = BytesIO(_fetch(partner, each)) if isinstance(each, str) else each
            received = receive_request_photo(
                actor=_ACTOR, upload=upload, city_code=city_code, now=now,
                counted=(f"open311.{partner.client_id}", partner.calls_per_minute * _HOUR // _MINUTE),
            )  # fmt: skip
            ids.append(received.photo_id)
        except TooManyRequests:
            raise
        except MediaUnreadable as wrong:
            faults.append(f"第{number}张照片没有收到：{wrong}。")
        except DomainError as wrong:
            faults.append(f"第{number}张照片没有收到：{wrong.message}")
    return ids, faults


def update_by_partner(
    *,
    partner: Partner,
    found: OpenRequest,
    status: str,
    words: str,
    update_key: str,
    photo_ids: Sequence[int] = (),
    now: datetime,
) -> int:
    """Tell an update of the reporter's on a request that the system filed, and return the step it became.

    An open request gets facts, or is withdrawn when the reporter calls it closed; an answered one is reopened when they
    call it open. Idempotent per (system, request, ``update_key``); "" has no memory.

    Raises:
        NotFound: the system has not filed this request.
        InvalidInput: nothing is said.
        StepRefused: the request is in a state that leads nowhere from here.
        HighestLevel, PhotoGone, TooManyPhotos: see there.
    """
    require_no_transaction()
    if not found.is_own:
        raise NotFound("没有找到这件诉求。", mend="只能补充本系统报送的诉求。")
    code = query_code(found.request_id)
    hashed = partner_update_hash(partner.client_id, found.request_id, update_key) if update_key else None
    known = _known_update(found.number, code, hashed)
    if known is not None:
        return known
    where = {"actor": _ACTOR, "request_id": found.request_id, "now": now, "number": found.number, "code": code}
    is_closing = status.lower() in CLOSING
    try:
        with scope(_ACTOR):
            if found.status is OpenStatus.OPEN and is_closing:
                step_id = withdraw(**where, words=words)  # type: ignore[arg-type]
            elif found.status is OpenStatus.OPEN:
                step_id = add_facts(**where, words=words, photo_ids=photo_ids)  # type: ignore[arg-type]
            elif not is_closing and found.state in step_of(Action.REOPEN).start:
                step_id = reopen(**where, words=words)  # type: ignore[arg-type]
            else:
                raise StepRefused
            if hashed is not None:
                _note_update(hashed, step_id)
    except UpdateKnown:
        again = _known_update(found.number, code, hashed)
        assert again is not None
        return again
    return step_id


def _known_update(number: str, code: str, hashed: bytes | None) -> int | None:
    if hashed is None:
        return None
    with scope(_ACTOR), connection.cursor() as cursor:
        opened(number, code)
        cursor.execute("SELECT service_requests_note_partner_update(%s, NULL)", [hashed])
        (step_id,) = cursor.fetchone()
    return int(step_id) if step_id is not None else None


def _note_update(hashed: bytes, step_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT service_requests_note_partner_update(%s, %s)", [hashed, step_id])
        (before,) = cursor.fetchone()
    if before is not None:
        raise UpdateKnown


def _fetch(partner: Partner, url: str) -> bytes:
    """Return what lies at a URL of the system's own host: nobody else's address is ever opened.

    Raises:
        MediaUnreadable: it lies elsewhere, or cannot be read.
    """
    try:
        host = urlsplit(url).netloc
    except ValueError:
        host = ""
    if not host or host != partner.host:
        raise MediaUnreadable(f"media_url 要在登记的网站 {partner.host} 上")
    return get_media_reader().read(url)


def _partner(machine: Machine) -> Partner:
    return Partner(machine.client_id, machine.name, machine.host, machine.calls_per_minute)
