"""``python -m bench.desk_work list|accept SECONDS OWNER_URL``: what an officer does, in a process of the web's login.

There is no page or route in between: the figures are those of ``service_requests.public``, row-level security included.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from typing import Any

import django
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()


def main(what: str, seconds: float, owner_url: str) -> None:
    """Measure, and print one JSON object."""
    print(json.dumps(_list(seconds, owner_url) if what == "list" else _accept(seconds, owner_url)))


def _list(seconds: float, owner_url: str) -> dict[str, Any]:
    """Return the milliseconds of lists of 50 by changing officers, each followed by its own SQL as the owner."""
    from shimin.capabilities.service_requests.public import OFFICER, QueueFilter, RequestKind, RequestState, list_queue
    from shimin.kernel.testing import count_statements, officer

    with psycopg.connect(owner_url, autocommit=True) as owner:
        rows = owner.execute("SELECT DISTINCT agency_id FROM bench_ask_open ORDER BY 1").fetchall()
        actors = [officer(OFFICER, account_id=911, agency_id=agency_id, region_code="430100") for (agency_id,) in rows]
        wanted = {
            "plain": QueueFilter(),
            "filtered": QueueFilter(
                states=(RequestState.DISPATCHED, RequestState.IN_PROGRESS),
                kinds=(RequestKind.HELP, RequestKind.COMPLAINT),
                categories=("交通运输", "城乡建设", "卫生计生", "环境保护"),
            ),
        }  # fmt: skip
        seen: list[tuple[Any, Any]] = []
        statements = 0
        for actor in actors:
            for each in wanted.values():
                list_queue(actor, wanted=each)
                with count_statements() as log:
                    list_queue(actor, wanted=each)
                statements = max(statements, log.count)
        told: dict[str, list[float]] = {f"{name}{side}": [] for name in wanted for side in ("", "_sql")}
        capture = _Captured()
        ends_at = time.perf_counter() + seconds
        for actor, name in itertools.cycle(itertools.product(actors, wanted)):
            if time.perf_counter() > ends_at:
                break
            began = time.perf_counter()
            with capture:
                page = list_queue(actor, wanted=wanted[name])
            told[name].append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            found = owner.execute(capture.text, capture.values).fetchall()
            told[f"{name}_sql"].append((time.perf_counter() - began) * 1000)
            if not len(page.lines) == 50 == len(found) - 1:
                raise SystemExit(f"{name}: {len(page.lines)} lines, {len(found)} rows: not a list of 50")
            seen.append((name, len(page.lines)))
    return {**told, "statements": statements, "lines": max(count for _, count in seen)}


class _Captured:
    """Keeps the last statement that Django was asked to run in the block."""

    def __init__(self) -> None:
        self.text, self.values = "", ()

    def __enter__(self) -> _Captured:
        from django.db import connection

        self._wrapper = connection.execute_wrapper(self._note)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._wrapper.__exit__(*error)

    def _note(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.text, self.values = sql, params
        return execute(sql, params, many, context)


def _accept(seconds: float, owner_url: str) -> dict[str, Any]:
    """Return how many dispatched requests one officer after another accepts in a second, on one connection."""
    from shimin.capabilities.service_requests.public import OFFICER, accept
    from shimin.kernel import clock
    from shimin.kernel.testing import count_statements, officer

    with psycopg.connect(owner_url, autocommit=True) as owner:
        rows = owner.execute(
            "SELECT id, agency_id FROM service_requests_request WHERE state = 'dispatched' LIMIT 20000"
        ).fetchall()
    actors = {
        agency_id: officer(OFFICER, account_id=911, agency_id=agency_id, region_code="430100") for _, agency_id in rows
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
