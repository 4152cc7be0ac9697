from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection, connections, transaction

from shimin.kernel import rate
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.db import ScopeError, scope
from shimin.kernel.errors import TooManyRequests
from shimin.kernel.testing import connect_as, count_statements

NOW = datetime(2026, 11, 22, 4, 0, 10, tzinfo=UTC)


def hit(key: str = "13800000001", now: datetime = NOW, limit: int = 3) -> None:
    rate.hit("sign_in", key, limit=limit, window_seconds=60, now=now)


def test_lets_the_limit_pass_and_says_when_to_come_back(db):
    for _ in range(3):
        hit()
    with pytest.raises(TooManyRequests) as caught:
        hit()
    assert caught.value.retry_after_seconds == 50


def test_counts_each_key_and_window_for_itself(db):
    for _ in range(3):
        hit()
    hit("13800000002")
    hit(now=NOW + timedelta(seconds=50))


def test_is_one_statement(db):
    with count_statements() as seen:
        hit()
    assert seen.count == 1


def test_refuses_to_run_where_a_rollback_would_undo_it(db):
    with scope(ANONYMOUS), pytest.raises(ScopeError):
        hit()


def test_keeps_no_readable_key(db):
    hit("13800000001")
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM kernel_rate_limit")
        (row,) = cursor.fetchall()
    assert b"13800000001" not in bytes(row[0])
    assert len(bytes(row[0])) == 32


def test_forgets_windows_that_ended(db):
    hit()
    with scope(SYSTEM):
        assert rate.forget_old(NOW + timedelta(seconds=100)) == 0
        assert rate.forget_old(NOW + timedelta(seconds=120)) == 1


def test_counts_exactly_under_parallel_calls(committed_db):
    def attempt(_: int) -> bool:
        try:
            hit(limit=10)
        except TooManyRequests:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(40))) == 10


def test_the_web_login_may_count_but_not_look(committed_db):
    with connect_as("web") as web:
        count = web.execute("SELECT kernel_rate_hit('b', %s, %s)", [b"k" * 32, NOW]).fetchone()
        assert count == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("SELECT * FROM kernel_rate_limit")


def test_counts_even_when_the_operation_rolls_back(committed_db):
    hit()
    with pytest.raises(RuntimeError), transaction.atomic():
        raise RuntimeError("the operation failed")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count FROM kernel_rate_limit")
        assert cursor.fetchall() == [(1,)]


def test_local_bucket_refills_with_time():
    moment = [0.0]
    bucket = rate.LocalBucket(limit=2, per_seconds=10, clock=lambda: moment[0])
    bucket.take("a")
    bucket.take("a")
    with pytest.raises(TooManyRequests) as caught:
        bucket.take("a")
    assert caught.value.retry_after_seconds == 5
    moment[0] = 5.0
    bucket.take("a")
    bucket.take("b")


def test_local_bucket_is_bounded():
    bucket = rate.LocalBucket(limit=1, per_seconds=1, max_keys=3)
    for key in "abcdef":
        bucket.take(key)
    assert len(bucket._levels) == 3
