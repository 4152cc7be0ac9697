"""What must hold although processes are killed, connections cut and several do the same work at once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection, connections

from shimin.kernel import audit, clock
from shimin.kernel.audit.sealing import seal_batch
from shimin.kernel.audit.verification import verify
from shimin.kernel.db import scope
from shimin.kernel.events import emit
from shimin.kernel.models import AuditRecord, AuditSeal, Heartbeat
from shimin.kernel.testing import citizen

ROOT = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    """Return what a child needs to use this test's database, as its owner (the roles come with each scope)."""
    entry = connection.settings_dict
    login = quote(entry["USER"]) + (f":{quote(entry['PASSWORD'])}" if entry["PASSWORD"] else "")
    place = f"host={quote(entry['HOST'] or 'localhost', safe='')}&port={entry['PORT'] or 5432}"
    url = f"postgresql://{login}@/{quote(entry['NAME'])}?{place}"
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "DATABASE_URL": url, "SHIMIN_PROCESS": "owner", "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


@contextmanager
def process(module: str) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(
        [sys.executable, "-m", module], cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        print(child.communicate()[0].decode(), file=sys.stderr)  # shown when the test fails


def wait_until(is_true: Callable[[], bool], seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def fetch(statement: str) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


@pytest.fixture
def probe(committed_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE relay_probe (seen bigserial, aggregate_id bigint, number int)")
        cursor.execute("GRANT ALL ON relay_probe, relay_probe_seen_seq TO shimin_worker")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE relay_probe")


def test_killed_relays_lose_nothing_and_repeat_nothing(probe):
    """kill -9 at random moments, two relays at once: each effect once, in order per aggregate."""
    from tests.concurrency.kernel_process import Probed

    for aggregate_id in range(1, 11):
        with scope(citizen()):
            for number in range(30):
                emit(Probed(number), aggregate="probe", aggregate_id=aggregate_id, version=number + 1, now=clock.now())
    chance = random.Random(20261122)
    for _ in range(3):
        with process("tests.concurrency.kernel_process") as first, process("tests.concurrency.kernel_process") as other:
            before = len(fetch("SELECT 1 FROM relay_probe"))
            wait_until(lambda before=before: len(fetch("SELECT 1 FROM relay_probe")) > before or not waiting())
            time.sleep(chance.uniform(0, 0.1))
            first.kill()
            other.kill()
    with process("tests.concurrency.kernel_process"):
        wait_until(lambda: not waiting())
    rows = fetch("SELECT aggregate_id, number FROM relay_probe ORDER BY seen")
    assert len(rows) == 300
    for aggregate_id in range(1, 11):
        assert [number for owner, number in rows if owner == aggregate_id] == list(range(30))


def waiting() -> bool:
    return bool(fetch("SELECT 1 FROM kernel_event WHERE done_at IS NULL LIMIT 1"))


def test_the_worker_starts_lives_through_cut_connections_and_ends_on_sigterm(committed_db):
    with process("shimin.project.worker") as worker:
        wait_until(lambda: Heartbeat.objects.exists())
        with scope(citizen()):
            audit.record(
                actor=citizen(), action="test.act", target="thing", target_id=1, now=clock.now(), city_code="430100"
            )
        # The worker's own jobs may have acted too, and their rows have seals of their own.
        wait_until(lambda: AuditRecord.objects.filter(action="test.act", seal_id__isnull=False).exists())
        cut = fetch(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        assert cut[0][0] >= 3
        with scope(citizen()):
            audit.record(
                actor=citizen(), action="test.act", target="thing", target_id=2, now=clock.now(), city_code="430100"
            )
        wait_until(lambda: not AuditRecord.objects.filter(seal_id__isnull=True).exists())
        worker.send_signal(signal.SIGTERM)
        started = time.monotonic()
        assert worker.wait(timeout=10) == 0
        assert time.monotonic() - started < 5
    assert list(verify()) == []


def test_sealers_and_writers_at_once_make_one_sound_chain(committed_db):
    stop = threading.Event()

    def write(_: int) -> int:
        written = 0
        try:
            while not stop.is_set():
                with scope(citizen()):
                    for n in range(5):
                        audit.record(
                            actor=citizen(), action="test.act", target="thing", target_id=n, now=clock.now(),
                            city_code="430100",
                        )  # fmt: skip
                written += 5
        finally:
            connections.close_all()
        return written

    def seal(_: int) -> int:
        sealed = 0
        try:
            while not stop.is_set():
                sealed += seal_batch(clock.now(), limit=20)
        finally:
            connections.close_all()
        return sealed

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, n) for n in range(2)]
        sealers = [pool.submit(seal, n) for n in range(2)]
        time.sleep(2)
        stop.set()
        written = sum(future.result() for future in writers)
        sealed = sum(future.result() for future in sealers)
    while more := seal_batch(clock.now()):
        sealed += more
    assert sealed == written > 0
    assert sum(AuditSeal.objects.values_list("row_count", flat=True)) == written
    assert list(verify()) == []
