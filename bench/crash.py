"""W16: filings over eight connections while web processes are killed; afterwards each has all that belongs to it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import orjson
import psycopg

from bench import client
from bench.idle import wait_until_idle
from bench.installation import Installation
from bench.usage import workers_of

_CONNECTIONS = 8
_PAUSE_SECONDS = (1.0, 2.0)
_GROWN_SECONDS = 6.0
# Only what was filed in this run: of a million invented requests, all rows that belong to them take minutes to count.
_FILED = """
    filed AS MATERIALIZED (
        SELECT id FROM service_requests_request WHERE channel = 'api' AND number LIKE '4301002%'
    )
"""
_INCOMPLETE = f"""
    WITH {_FILED}, of_each AS (
        SELECT request_id AS id, 'step' AS what FROM service_requests_step JOIN filed f ON f.id = request_id
        WHERE action = 'file'
        UNION ALL SELECT request_id, 'code' FROM service_requests_query_handle JOIN filed f ON f.id = request_id
        UNION ALL SELECT request_id, 'reporter' FROM service_requests_reporter JOIN filed f ON f.id = request_id
        UNION ALL SELECT target_id, 'audit' FROM kernel_audit WHERE action = 'service_requests.file'
        UNION ALL SELECT aggregate_id, 'event' FROM kernel_event WHERE name = 'service_requests.request_filed'
    ), counted AS (
        SELECT id, count(*) AS rows, count(DISTINCT what) AS kinds FROM of_each GROUP BY id
    )
    SELECT count(*) FROM filed LEFT JOIN counted c USING (id)
    WHERE c.id IS NULL OR c.rows <> 5 OR c.kinds <> 5
"""
_NOT_ONCE = f"""
    WITH {_FILED}
    SELECT count(*) FROM filed LEFT JOIN (
        SELECT request_id, count(*) AS times FROM service_requests_step JOIN filed f ON f.id = request_id
        WHERE action = 'classify' GROUP BY 1
    ) c ON c.request_id = filed.id
    WHERE c.times IS DISTINCT FROM 1
"""


def crash(installation: Installation, filings: Iterator[client.Request], kills: int) -> tuple[int, int, int, int]:
    """Kill web processes ``kills`` times under load; return filed, burned, incomplete, not classified once.

    Burned: a number was told and no row has it.
    """
    numbers = asyncio.run(_under_fire(installation, filings, kills))
    wait_until_idle(installation, 300.0)
    with psycopg.connect(installation.database_url, autocommit=True) as owner:
        there = owner.execute(
            "SELECT count(*) FROM service_requests_request WHERE number = ANY(%s)", [numbers]
        ).fetchone()
        incomplete, not_once = (owner.execute(each).fetchone() for each in (_INCOMPLETE, _NOT_ONCE))
    assert there is not None
    assert incomplete is not None
    assert not_once is not None
    return len(numbers), len(numbers) - int(there[0]), int(incomplete[0]), int(not_once[0])


def _age_seconds(pid: int) -> float:
    return time.time() - Path(f"/proc/{pid}").stat().st_ctime


async def _under_fire(installation: Installation, filings: Iterator[client.Request], kills: int) -> list[str]:
    numbers: list[str] = []
    over = asyncio.Event()

    async def file_on() -> None:
        while not over.is_set():
            pool = client.Pool(installation.base_url)
            with suppress(OSError, TimeoutError):
                while not over.is_set():
                    answer = await pool.ask(next(filings), 0.0)
                    if answer.status == 201:
                        numbers.append(orjson.loads(answer.body)["number"])
            pool.close()
            await asyncio.sleep(0.05)  # nobody listens for a moment

    async def kill() -> None:
        left = kills
        while left:
            await asyncio.sleep(random.uniform(*_PAUSE_SECONDS))
            with suppress(ProcessLookupError, FileNotFoundError):
                # A worker that ends twice within seconds is a crash loop to granian, which then ends altogether.
                old = [pid for pid in workers_of(installation.pid_of("web")) if _age_seconds(pid) > _GROWN_SECONDS]
                if old:
                    os.kill(random.choice(old), signal.SIGKILL)
                    left -= 1
        await asyncio.sleep(5.0)
        over.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(kill())
        for _ in range(_CONNECTIONS):
            group.create_task(file_on())
    return numbers
