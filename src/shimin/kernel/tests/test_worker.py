from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection, connections

from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.models import Heartbeat, PeriodicRun
from shimin.kernel.worker import housekeeping
from shimin.kernel.worker.loops import Loop, beat, run_loops
from shimin.kernel.worker.periodic import PeriodicJob, every, jobs, run_if_due

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def job(run, seconds: float = 60.0) -> PeriodicJob:
    return PeriodicJob("kernel_test.job", seconds, run)


def test_runs_when_due_and_not_before(db):
    runs: list[int] = []
    the_job = job(lambda: runs.append(1))
    assert run_if_due(the_job, lambda: NOW)
    assert not run_if_due(the_job, lambda: NOW + timedelta(seconds=59))
    assert run_if_due(the_job, lambda: NOW + timedelta(seconds=60))
    assert len(runs) == 2


def test_a_failing_job_is_noted_and_comes_round_again(db):
    def fail() -> None:
        raise RuntimeError("430104199005170021")

    assert run_if_due(job(fail), lambda: NOW)
    assert PeriodicRun.objects.get().last_error == "RuntimeError"
    assert run_if_due(job(lambda: None), lambda: NOW + timedelta(seconds=61))
    assert PeriodicRun.objects.get().last_error == ""


def test_two_processes_never_run_one_job_at_once(committed_db):
    running, overlaps, runs = threading.Lock(), [], []

    def work() -> None:
        if not running.acquire(blocking=False):
            overlaps.append(1)
            return
        time.sleep(0.05)
        runs.append(1)
        running.release()

    def attempt(_: int) -> bool:
        try:
            return run_if_due(job(work, seconds=0), clock.now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        ran = list(pool.map(attempt, range(8)))
    assert overlaps == []
    assert len(runs) == sum(ran)
    assert 1 <= len(runs) < 8


def test_a_name_is_registered_once(monkeypatch):
    monkeypatch.setitem(jobs, "kernel_test.twice", job(lambda: None))
    with pytest.raises(ValueError, match="twice"):
        every(1, "kernel_test.twice")(lambda: None)


def test_the_kernels_own_jobs_run_under_the_workers_rights(db):
    for name in ("kernel.make_partitions", "kernel.forget_limits", "kernel.forget_receipts"):
        jobs[name].run()


def test_partitions_stand_three_months_ahead(db):
    housekeeping.make_partitions()
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname ~ '^kernel_(event|audit)_[0-9]{4}_[0-9]{2}$'")
        names = {name for (name,) in cursor.fetchall()}
    today = clock.now().astimezone(UTC)
    months = [(today.year + (today.month - 1 + n) // 12, (today.month - 1 + n) % 12 + 1) for n in range(4)]
    for year, month in months:
        for table in ("kernel_event", "kernel_audit"):
            assert f"{table}_{year}_{month:02d}" in names


def test_rows_that_fell_into_default_move_to_their_month(db):
    """As after a quarter in which no worker ran."""
    month = f"{clock.now().astimezone(UTC):%Y_%m}"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE kernel_audit DETACH PARTITION kernel_audit_{month}")
        cursor.execute(f"DROP TABLE kernel_audit_{month}")
        cursor.execute(
            "INSERT INTO kernel_audit (id, at, city_code, actor_kind, action, target, outcome, details, mac) "
            "VALUES (1, %s, '430100', 'system', 'a', 't', 'done', '{}', '')",
            [clock.now()],
        )
    assert housekeeping.count_default_rows()["kernel_audit_default"] == 1
    housekeeping.make_partitions()
    assert housekeeping.count_default_rows()["kernel_audit_default"] == 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM kernel_audit_{month}")
        assert cursor.fetchall() == [(1,)]
        cursor.execute("SELECT id FROM kernel_audit")
        assert cursor.fetchall() == [(1,)]


def test_old_receipts_and_heartbeats_are_forgotten(db):
    with scope(SYSTEM):
        Heartbeat.objects.create(name="gone", beat_at=clock.now() - timedelta(days=2))
    beat()
    housekeeping.forget_receipts()
    assert [heartbeat.name.startswith("worker ") for heartbeat in Heartbeat.objects.all()] == [True]


def test_a_loop_outlives_failures_of_its_step(monkeypatch):
    monkeypatch.setattr("shimin.kernel.worker.loops.LONGEST_WAIT", 0.01)
    stop, calls = threading.Event(), []

    def step() -> bool:
        calls.append(1)
        if len(calls) == 1:
            raise OperationalError("the database restarts")
        if len(calls) == 2:
            raise RuntimeError("a bug")
        stop.set()
        return False

    Loop("test", step, 0.001, 0.01).run(stop)
    assert len(calls) == 3


def test_a_loop_with_work_does_not_wait():
    stop, calls = threading.Event(), []

    def step() -> bool:
        calls.append(1)
        if len(calls) == 50:
            stop.set()
        return True

    started = time.monotonic()
    Loop("test", step, 1.0, 1.0).run(stop)
    assert time.monotonic() - started < 0.5


def test_all_loops_end_when_told():
    stop = threading.Event()
    threading.Timer(0.1, stop.set).start()
    started = time.monotonic()
    assert run_loops(stop, [Loop("a", lambda: False, 5.0, 5.0), Loop("b", lambda: False, 5.0, 5.0)])
    assert time.monotonic() - started < 2


def test_a_loop_that_does_not_end_is_left_behind(monkeypatch):
    monkeypatch.setattr("shimin.kernel.worker.loops.END_SECONDS", 0.2)
    stop, inside, release = threading.Event(), threading.Event(), threading.Event()

    def hang() -> bool:
        inside.set()
        return release.wait(5.0)

    def end_once_inside() -> None:
        inside.wait()
        stop.set()

    threading.Thread(target=end_once_inside).start()
    started = time.monotonic()
    assert not run_loops(stop, [Loop("stuck", hang, 0.1, 0.1)])
    assert time.monotonic() - started < 2
    release.set()


class Dying(Loop):
    """A loop whose thread ends although nobody told it to."""

    def run(self, stop: threading.Event) -> None:
        return None


def test_the_worker_ends_when_a_loop_dies():
    stop = threading.Event()
    assert not run_loops(stop, [Dying("dying", lambda: False, 0.1, 0.1)])
    assert stop.is_set()
