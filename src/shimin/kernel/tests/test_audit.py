from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from shimin.kernel import audit
from shimin.kernel.audit.sealing import Chain, seal_batch
from shimin.kernel.audit.verification import FaultKind, verify
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict
from shimin.kernel.models import AuditRecord, AuditSeal
from shimin.kernel.testing import citizen, connect_as

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def write(count: int = 5, *, city: str = "430100", now: datetime = NOW) -> list[int]:
    with scope(citizen()):
        return [
            audit.record(
                actor=citizen(),
                action="test.act",
                target="thing",
                target_id=n,
                now=now,
                city_code=city,
                details={"n": n},
            )
            for n in range(count)
        ]


def seal_all(limit: int = 3) -> None:
    while seal_batch(NOW + timedelta(minutes=1), limit=limit):
        pass


def sql(statement: str, *values: Any) -> None:
    """Do what only the owner of the database could do."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        assert cursor.rowcount > 0


def faults(month: date | None = None) -> list[tuple[FaultKind, int]]:
    return [(fault.kind, fault.id) for fault in verify(month)]


@pytest.fixture
def rows(db) -> list[int]:
    ids = write(8)
    seal_all()
    return ids


def test_an_untouched_audit_is_proved(rows):
    assert faults() == []
    assert AuditRecord.objects.filter(seal_id__isnull=True).count() == 0
    assert [seal.row_count for seal in AuditSeal.objects.order_by("number")] == [3, 3, 2]


@pytest.mark.parametrize(
    "change",
    [
        "action = 'test.other'",
        "details = '{}'",
        "at = at + interval '1 microsecond'",
        "account_id = NULL",
        "outcome = 'refused'",
        "mac = decode(repeat('00', 32), 'hex')",
        "seal_id = NULL",
    ],
)
def test_names_a_changed_row(rows, change):
    sql(f"UPDATE kernel_audit SET {change} WHERE id = %s", rows[4])
    assert (FaultKind.CHANGED, rows[4]) in faults()
    assert {row_id for _, row_id in faults()} == {rows[4]}


def test_names_a_missing_row(rows):
    sql("DELETE FROM kernel_audit WHERE id = %s", rows[1])
    assert faults() == [(FaultKind.MISSING, rows[1])]


@pytest.mark.parametrize("seal", ["NULL", "(SELECT id FROM kernel_audit_seal ORDER BY number LIMIT 1)", "77"])
def test_names_an_inserted_row(rows, seal):
    sql(
        "INSERT INTO kernel_audit (id, at, city_code, actor_kind, action, target, outcome, details, mac, seal_id) "
        f"SELECT 99, at, city_code, actor_kind, 'x', target, outcome, details, mac, {seal} "
        "FROM kernel_audit WHERE id = %s",
        rows[0],
    )
    assert (FaultKind.INSERTED, 99) in faults()


def test_a_copied_row_is_inserted_too(rows):
    """The MAC covers the id, so a genuine row's MAC does not fit a second one."""
    sql(
        "INSERT INTO kernel_audit SELECT 98, at, city_code, actor_kind, account_id, action, target, target_id, "
        "outcome, details, mac, NULL FROM kernel_audit WHERE id = %s",
        rows[0],
    )
    assert faults() == [(FaultKind.INSERTED, 98)]


@pytest.mark.parametrize(
    "change", ["row_ids = row_ids[2:]", "row_count = 2", "sealed_at = now()", "digest = hash", "hash = digest"]
)
def test_names_a_changed_seal(rows, change):
    sql(f"UPDATE kernel_audit_seal SET {change} WHERE number = 1")
    assert (FaultKind.SEAL_CHANGED, 1) in faults()


def test_names_a_missing_seal(rows):
    sql("DELETE FROM kernel_audit_seal WHERE number = 2")
    assert (FaultKind.SEAL_MISSING, 2) in faults()


def test_two_rows_cannot_swap_their_seals(rows):
    """A seal names its rows: moving a row to another batch shows."""
    sql("UPDATE kernel_audit SET seal_id = (SELECT id FROM kernel_audit_seal WHERE number = 2) WHERE id = %s", rows[0])
    assert (FaultKind.CHANGED, rows[0]) in faults()


def test_a_row_that_commits_late_with_an_old_time_is_sealed(rows):
    late = write(1, now=NOW - timedelta(days=2))
    assert faults() == []
    seal_all()
    assert faults() == []
    assert AuditRecord.objects.get(id=late[0]).seal_id is not None


def test_each_city_and_month_has_its_own_chain(db):
    write(2)
    write(2, city="430200")
    write(2, now=NOW - timedelta(days=40))
    seal_all(limit=10)
    assert sorted(AuditSeal.objects.values_list("city_code", "month", "number")) == [
        ("430100", date(2026, 10, 1), 1),
        ("430100", date(2026, 11, 1), 1),
        ("430200", date(2026, 11, 1), 1),
    ]
    sql("DELETE FROM kernel_audit WHERE city_code = '430200'")
    assert faults(date(2026, 10, 1)) == []
    assert len(faults(date(2026, 11, 1))) == 2


def test_unsealed_rows_are_checked_by_their_mac(db):
    (row,) = write(1)
    assert faults() == []
    sql("UPDATE kernel_audit SET target_id = 5 WHERE id = %s", row)
    assert faults() == [(FaultKind.INSERTED, row)]


def test_another_key_proves_nothing(rows, settings):
    import dataclasses

    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, audit_key=b"x" * 32)
    found = faults()
    assert {row_id for kind, row_id in found if kind is FaultKind.CHANGED} == set(rows)
    assert (FaultKind.SEAL_CHANGED, 1) in found


def test_the_command_names_rows_and_fails(rows):
    shown = StringIO()
    call_command("audit", "verify", stdout=shown)
    assert shown.getvalue() == "the audit is as it was written\n"
    sql("DELETE FROM kernel_audit WHERE id = %s", rows[1])
    with pytest.raises(CommandError) as caught:
        call_command("audit", "verify", "--month", "2026-11", stdout=shown)
    assert caught.value.returncode == 1
    assert f"missing: row {rows[1]} of 430100, 2026-11" in shown.getvalue()
    call_command("audit", "verify", "--month", "2026-10", stdout=shown)


def test_a_refusal_is_kept_although_the_operation_rolled_back(db):
    with pytest.raises(Conflict), scope(citizen()):
        raise Conflict
    audit.record_refusal(actor=citizen(), action="test.act", target="thing", target_id=1, reason=Conflict.code, now=NOW)
    assert AuditRecord.objects.get().outcome == "refused"


def test_serving_roles_may_add_and_never_change(committed_db):
    write(1)
    for login, role in (("web", "citizen"), ("web", "staff"), ("worker", "worker")):
        for statement in (
            "UPDATE kernel_audit SET action = 'x'",
            "DELETE FROM kernel_audit",
            "UPDATE kernel_audit_seal SET number = 9",
            "DELETE FROM kernel_audit_seal",
        ):
            with connect_as(login) as other:
                other.execute(f"SET ROLE shimin_{role}")
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    other.execute(statement)


@pytest.mark.parametrize(
    ("month", "end"),
    [(date(2026, 12, 1), datetime(2027, 1, 1, tzinfo=UTC)), (date(2026, 2, 1), datetime(2026, 3, 1, tzinfo=UTC))],
)
def test_a_chain_ends_with_its_month(month, end):
    assert Chain("430100", month).period[1] == end
