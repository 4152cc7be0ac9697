"""What Open311 clients read: services, requests and steps that strangers may know, and what a system filed itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from shimin.capabilities.catalogue.public import Region, city_of, has_region, list_agencies, served_regions
from shimin.capabilities.service_requests.domain.states import STATE_WORDS, RequestState
from shimin.capabilities.service_requests.domain.steps import STEP_WORDS, Action
from shimin.capabilities.service_requests.open311.domain.georeport import (
    FILE_NAME,
    PUBLIC_DECIMALS,
    SHIPPED,
    OpenService,
    OpenStatus,
    read_services,
    status_of,
)
from shimin.capabilities.service_requests.queries.insults import mask_for_others
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import scope
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.values.numbers import PublicNumberInvalid, check_public_number

MOST_NUMBERS = 200


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request as the standard tells it. ``lng``/``lat`` are rounded unless ``is_own``: the reader filed it."""

    request_id: int
    number: str
    state: RequestState
    status: OpenStatus
    status_words: str
    title: str
    service: OpenService
    address: str
    lng: float | None
    lat: float | None
    agency: str
    filed_at: datetime
    moved_at: datetime
    due_at: datetime
    answer: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class OpenUpdate:
    """One step as the update extension tells it."""

    step_id: int
    number: str
    status: OpenStatus
    taken_at: datetime
    words: str


def open_jurisdiction(jurisdiction_id: str) -> Region:
    """Return the city that a jurisdiction_id (its six-digit code) means; the only one when nothing is said.

    Raises:
        InvalidInput: nothing is said and there are several.
        NotFound: no such city.
    """
    cities = {city_of(each.code) for each in served_regions() if each.level in ("city", "county")}
    if not jurisdiction_id:
        if len(cities) == 1:
            return cities.pop()
        raise InvalidInput(fields={"jurisdiction_id": "请写 jurisdiction_id，即城市的6位行政区划代码，例如 430100。"})
    if not has_region(jurisdiction_id) or jurisdiction_id != city_of(jurisdiction_id).code:
        raise NotFound("没有这个 jurisdiction_id。", mend="它是城市的6位行政区划代码，例如 430100。")
    return city_of(jurisdiction_id)


def list_open_services() -> tuple[OpenService, ...]:
    """Return the services that clients may file.

    Raises:
        ServicesUnreadable: the installation's own file is malformed.
    """
    own = Path(settings.SHIMIN.rules_dir) / FILE_NAME
    path = own if own.exists() else SHIPPED
    return _read_once(path, path.stat().st_mtime_ns)


def get_open_service(code: str) -> OpenService:
    """Return one service.

    Raises:
        InvalidInput: nothing is said.
        NotFound: there is none.
    """
    if not code:
        raise InvalidInput(fields={"service_code": "请写 service_code，见 services。"})
    found = next((each for each in list_open_services() if each.code == code), None)
    if found is None:
        raise NotFound("没有这个 service_code。", mend="请从 services 里选。")
    return found


def list_open_requests(
    *,
    city_code: str,
    states: Sequence[str],
    client_id: int | None = None,
    numbers: Sequence[str] | None = None,
    services: Sequence[str] = (),
    span: tuple[datetime, datetime] | None = None,
    limit: int,
    skip: int = 0,
) -> list[OpenRequest]:
    """Return a city's requests, the newest first: public ones, and those that ``client_id`` filed. One statement.

    ``numbers`` that cannot be one of ours name nothing.
    """
    named = list_open_services()
    chosen = [each for each in named if each.code in services]
    by_code = [each.code for each in chosen] if services else None
    by_category = [each.category for each in chosen if each.is_general]
    values = [
        city_code, client_id, whole_numbers(numbers) if numbers is not None else None, *(span or (None, None)),
        list(states), by_code, by_category, limit, skip,
    ]  # fmt: skip
    with scope(ANONYMOUS), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM service_requests_open311_requests(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", values
        )
        rows = cursor.fetchall()
    agencies = {each.id: each.name for each in list_agencies()}
    return [_request(row, named, agencies) for row in rows]


def list_open_updates(
    *,
    city_code: str,
    span: tuple[datetime, datetime],
    client_id: int | None = None,
    numbers: Sequence[str] | None = None,
    limit: int,
) -> list[OpenUpdate]:
    """Return what was done to requests that the reader may know, the oldest first. One statement.

    Strangers read what an office published and otherwise only that something was done; a system reads in the words
    what it filed itself was told, numbers of people blotted out.
    """
    values = [city_code, client_id, whole_numbers(numbers) if numbers is not None else None, *span, limit]
    with scope(ANONYMOUS), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM service_requests_open311_updates(%s, %s, %s, %s, %s, %s)", values)
        rows = cursor.fetchall()
    return [
        OpenUpdate(
            step_id, number, status_of(RequestState(state)), taken_at,
            "：".join(filter(None, (STEP_WORDS[Action(action)], mask_for_others(words)))),
        )
        for step_id, number, action, state, taken_at, words, _ in rows
    ]  # fmt: skip


def whole_numbers(texts: Sequence[str]) -> list[str]:
    """Return those of the texts that can be public numbers, as they were given out.

    Raises:
        InvalidInput: more than two hundred.
    """
    if len(texts) > MOST_NUMBERS:
        raise InvalidInput(fields={"service_request_id": f"一次最多查{MOST_NUMBERS}件。"})
    found = []
    for text in texts:
        try:
            found.append(check_public_number(text))
        except PublicNumberInvalid:
            continue
    return found


@lru_cache(maxsize=4)
def _read_once(path: Path, stamp: int) -> tuple[OpenService, ...]:
    return read_services(path)


def _request(row: tuple[Any, ...], named: Sequence[OpenService], agencies: dict[int, str]) -> OpenRequest:
    (request_id, number, _, state_text, title, category, code, address, lng, lat, agency_id, filed_at, moved_at, due_at,
     answer, is_own) = row  # fmt: skip
    state = RequestState(str(state_text))
    by_code = next((each for each in named if each.code == code), None)
    main = str(category).split("/")[0]
    general = {each.category: each for each in named if each.is_general}
    agency = agencies.get(agency_id, "") if isinstance(agency_id, int) else ""
    return OpenRequest(
        request_id=request_id, number=number, state=state, status=status_of(state), status_words=STATE_WORDS[state],
        title=mask_for_others(str(title)), service=by_code or general.get(main) or general[""],
        address=mask_for_others(str(address)), lng=_told(lng, is_own), lat=_told(lat, is_own), agency=agency,
        filed_at=filed_at, moved_at=moved_at or filed_at, due_at=due_at, answer=mask_for_others(str(answer)),
        is_own=is_own,
    )  # fmt: skip


def _told(degrees: object, is_own: object) -> float | None:
    if not isinstance(degrees, float):
        return None
    return degrees if is_own else round(degrees, PUBLIC_DECIMALS)
