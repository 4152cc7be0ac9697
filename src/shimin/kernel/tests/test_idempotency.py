from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import RequestFactory

from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import scope
from shimin.kernel.errors import SignInRequired
from shimin.kernel.testing import citizen, connect_as
from shimin.kernel.web.api import Malformed, idempotency_key
from shimin.kernel.web.idempotency import KeyReused, once, recall, remember

RESIDENT = citizen(account_id=1)
NEIGHBOUR = citizen(account_id=2)
ANSWER = {"id": "226673591177742336", "name": "周晓敏"}


def run_once(run, key="order-0001", actor=RESIDENT, fingerprint=b"body", operation="file"):
    return once(actor=actor, key=key, operation=operation, fingerprint=fingerprint, run=run)


def never():
    raise AssertionError("must not run again")


def test_runs_once_and_repeats_the_answer(db):
    assert run_once(lambda: ANSWER) == ANSWER
    assert run_once(never) == ANSWER


def test_without_a_key_runs_every_time(db):
    runs: list[int] = []
    for _ in range(2):
        run_once(lambda: runs.append(1) or ANSWER, key=None)  # type: ignore[func-returns-value]
    assert len(runs) == 2


def test_refuses_a_key_used_for_another_body(db):
    run_once(lambda: ANSWER)
    with pytest.raises(KeyReused):
        run_once(never, fingerprint=b"another body")


def test_a_key_belongs_to_one_account_and_operation(db):
    run_once(lambda: ANSWER)
    assert run_once(lambda: {"id": "2"}, actor=NEIGHBOUR) == {"id": "2"}
    assert run_once(lambda: {"id": "3"}, operation="withdraw") == {"id": "3"}


def test_a_failed_operation_may_be_tried_again(db):
    with pytest.raises(RuntimeError):
        run_once(lambda: (_ for _ in ()).throw(RuntimeError("rolled back")))
    assert run_once(lambda: ANSWER) == ANSWER


def test_needs_an_account(db):
    with pytest.raises(SignInRequired):
        run_once(lambda: ANSWER, actor=ANONYMOUS)


def test_the_table_holds_nothing_readable(db):
    run_once(lambda: ANSWER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash, answer FROM kernel_idempotency")
        (row,) = cursor.fetchall()
    stored = b"".join(bytes(value) for value in row)
    assert "周晓敏".encode() not in stored
    assert b"order-0001" not in stored


def test_two_equal_requests_at_once_run_once(committed_db):
    started, runs = threading.Event(), []

    def slow() -> dict[str, str]:
        runs.append(threading.get_ident())
        started.wait(0.2)
        return {"id": str(len(runs))}

    def call(_):
        try:
            return run_once(slow)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(call, range(4)))
    assert len(runs) == 1
    assert answers == [{"id": "1"}] * 4


def test_another_account_cannot_read_the_row_by_sql(committed_db):
    run_once(lambda: ANSWER)
    with connect_as("web") as web:
        for account, count in ((1, 1), (2, 0)):
            with web.transaction():
                web.execute(f"SET LOCAL ROLE {connection.ops.quote_name('shimin_citizen')}")
                web.execute("SELECT set_config('shimin.account', %s, true)", [str(account)])
                assert web.execute("SELECT count(*) FROM kernel_idempotency").fetchone() == (count,)


def test_recall_and_remember_may_be_used_apart(db):
    with scope(RESIDENT):
        assert recall(RESIDENT, "key-00001", "look_up") is None
        remember(RESIDENT, "key-00001", "look_up", ANSWER)
        assert recall(RESIDENT, "key-00001", "look_up") == ANSWER


def test_reads_the_header():
    def key_of(value: str | None) -> str | None:
        headers = {} if value is None else {"Idempotency-Key": value}
        return idempotency_key(RequestFactory().post("/", headers=headers))

    assert key_of(None) is None
    assert key_of("6f1c1a5e-0c4b-4a5e-8d3c-0123456789ab") == "6f1c1a5e-0c4b-4a5e-8d3c-0123456789ab"
    for wrong in ("", "short", "x" * 65, "with space", "键键键键键键键键"):
        with pytest.raises(Malformed):
            key_of(wrong)
