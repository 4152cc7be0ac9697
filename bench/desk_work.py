"""``python -m bench.desk_work list|search|accept SECONDS OWNER_URL``: what staff do, in a process of the web's login.

There is no page or route in between: the figures are those of ``service_requests.public``, row-level security included.
``list`` is lists of 50 and one request in detail, ``search`` a part of the address and pins in a box of the map.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import django
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

from django.db import connection  # noqa: E402

from bench.seeding import STREETS, WAYS  # noqa: E402
from shimin.capabilities.service_requests.public import (  # noqa: E402
    OFFICER,
    SUPERVISOR,
    Box,
    QueueFilter,
    RequestKind,
    RequestState,
    accept,
    get_desk_request,
    list_pins,
    list_queue,
)
from shimin.kernel import clock  # noqa: E402
from shimin.kernel.actor import Actor  # noqa: E402
from shimin.kernel.testing import count_statements, officer  # noqa: E402

CITY = "430100"
PINS = 3_500
_AT_OFFICERS = (RequestState.DISPATCHED, RequestState.IN_PROGRESS)
_GROUP = ("交通运输", "城乡建设", "卫生计生", "环境保护")
_LISTS = {
    "plain": QueueFilter(),
    "filtered": QueueFilter(
        states=_AT_OFFICERS, kinds=(RequestKind.HELP, RequestKind.COMPLAINT), categories=_GROUP
    ),
    "w4": QueueFilter(states=_AT_OFFICERS, categories=_GROUP, region_code="430104"),
}  # fmt: skip
_CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SELECT set_config")
# A piece of work: who does it, and the call, which returns how many rows came.
Work = tuple[Actor, Callable[[], int]]


def main(what: str, seconds: float, owner_url: str) -> None:
    """Measure, and print one JSON object."""
    if what == "accept":
        print(json.dumps(_accept(seconds, owner_url)))
        return
    with psycopg.connect(owner_url, autocommit=True) as owner:
        actors = _officers(owner)
        works = _lists(actors) if what == "list" else _searches(actors, owner)
        print(json.dumps(_measure(works, seconds, owner)))


def _officers(owner: psycopg.Connection[Any]) -> list[Actor]:
    rows = owner.execute("SELECT DISTINCT agency_id FROM bench_ask_open ORDER BY 1").fetchall()
    return [officer(OFFICER, account_id=911, agency_id=agency_id, region_code=CITY) for (agency_id,) in rows]


def _lists(actors: list[Actor]) -> dict[str, Iterator[Work]]:
    def listed(wanted: QueueFilter) -> Iterator[Work]:
        for actor in itertools.cycle(actors):
            yield actor, lambda actor=actor: len(list_queue(actor, wanted=wanted).lines)  # type: ignore[misc]

    def detail() -> Iterator[Work]:
        rolled = random.Random(7)
        shown = {actor: [line.request_id for line in list_queue(actor).lines] for actor in actors}
        for actor in itertools.cycle(actors):
            chosen = rolled.choice(shown[actor])
            yield (
                actor,
                lambda actor=actor, chosen=chosen: len(  # type: ignore[misc]
                    get_desk_request(actor=actor, request_id=chosen).steps
                ),
            )

    return {**{name: listed(wanted) for name, wanted in _LISTS.items()}, "detail": detail()}


def _searches(actors: list[Actor], owner: psycopg.Connection[Any]) -> dict[str, Iterator[Work]]:
    watch = officer(SUPERVISOR, account_id=912, region_code=CITY)
    row = owner.execute("SELECT count(*) FROM service_requests_request WHERE state <> 'closed'").fetchone()
    side = min(0.12, math.sqrt(0.27 * 0.12 * PINS / max(1, row[0] if row else 1)))

    def address() -> Iterator[Work]:
        rolled = random.Random(11)
        for actor in itertools.cycle([each for other in actors for each in (other, watch)]):
            part = rolled.choice(STREETS) + rolled.choice(WAYS) + rolled.choice(("", "1", "12", "20"))
            wanted = QueueFilter(address=part)
            yield actor, lambda actor=actor, wanted=wanted: len(list_queue(actor, wanted=wanted).lines)  # type: ignore[misc]

    def pins() -> Iterator[Work]:
        rolled = random.Random(13)
        while True:
            west, south = 112.85 + rolled.random() * (0.27 - side), 28.14 + rolled.random() * (0.12 - side)
            box = Box(west, south, west + side, south + side)
            yield watch, lambda box=box: len(list_pins(watch, box=box, wanted=QueueFilter()).pins)  # type: ignore[misc]

    return {"address": address(), "map": pins()}


def _measure(works: dict[str, Iterator[Work]], seconds: float, owner: psycopg.Connection[Any]) -> dict[str, Any]:
    """Return milliseconds of each work and of its own statements as owner just after, most rows, statements."""
    told: dict[str, Any] = {}
    for name, each in works.items():
        statements = rows = 0
        for _ in range(2):  # regions are read
            next(each)[1]()
        for _ in range(3):
            _, call = next(each)
            with count_statements() as log:
                rows = max(rows, call())
            statements = max(statements, log.count)
        told |= {name: [], f"{name}_sql": [], f"{name}_rows": rows, f"{name}_statements": statements}
    capture, ends_at = _Captured(), time.perf_counter() + seconds
    for name, each in itertools.cycle(works.items()):
        if time.perf_counter() > ends_at and all(told[other] for other in works):
            break
        actor, call = next(each)
        began = time.perf_counter()
        with capture:
            rows = call()
        told[name].append((time.perf_counter() - began) * 1000)
        told[f"{name}_rows"] = max(told[f"{name}_rows"], rows)
        grant = actor.grants[0]
        owner.execute(
            "SELECT set_config('shimin.roles', %s, false), set_config('shimin.agencies', %s, false), "
            "set_config('shimin.regions', %s, false)",
            [grant.role, str(grant.agency_id or ""), grant.region_code],
        )
        began = time.perf_counter()
        for text, values in capture.seen:
            owner.execute(text, values).fetchall()
        told[f"{name}_sql"].append((time.perf_counter() - began) * 1000)
    return told


class _Captured:
    """Keeps the statements that Django was asked to run in the block."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, Any]] = []

    def __enter__(self) -> _Captured:
        self.seen = []
        self._wrapper = connection.execute_wrapper(self._note)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._wrapper.__exit__(*error)

    def _note(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not str(sql).startswith(_CONTROL):
            self.seen.append((sql, params))
        return execute(sql, params, many, context)


def _accept(seconds: float, owner_url: str) -> dict[str, Any]:
    """Return how many dispatched requests one officer after another accepts in a second, on one connection."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        rows = owner.execute(
            "SELECT id, agency_id FROM service_requests_request WHERE state = 'dispatched' LIMIT 20000"
        ).fetchall()
    actors = {
        agency_id: officer(OFFICER, account_id=911, agency_id=agency_id, region_code=CITY) for _, agency_id in rows
    }
    waiting = iter(rows)
    for _ in range(5):  # agencies and calendar are read, statements prepared
        request_id, agency_id = next(waiting)
        with count_statements() as log:
            accept(actor=actors[agency_id], request_id=request_id, now=clock.now())
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        request_id, agency_id = next(waiting)
        accept(actor=actors[agency_id], request_id=request_id, now=clock.now())
        done += 1
    return {"per_second": done / (time.perf_counter() - began), "statements": log.count}


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3])
