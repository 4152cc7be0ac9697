"""Merging while others do things: both ways at once, two tabs, writing meanwhile, kill -9, other people's rows."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection, connections

from shimin.capabilities.identity.models import Account, AccountMerge, Consent, LoginHandle, Session
from shimin.capabilities.identity.operations.consents import give_consent
from shimin.capabilities.identity.operations.merging.carrying import carry_all, carry_on
from shimin.capabilities.identity.operations.merging.joining import merge_accounts
from shimin.capabilities.identity.operations.merging.proving import MergeTicketExpired
from shimin.capabilities.identity.operations.merging.undoing import TooLateToUndoMerge, undo_merge
from shimin.capabilities.identity.tests.factories import NOW, PASSWORD, actor_of, make_resident
from shimin.capabilities.identity.tests.merging import join, merge, prove
from shimin.capabilities.notices.models import Notice
from shimin.capabilities.notices.public import send_notice
from shimin.kernel.db import role_name, scope
from shimin.kernel.errors import DomainError
from shimin.kernel.testing import connect_as
from tests.concurrency.test_kernel_worker import ROOT, environment

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def demo(settings, committed_db):
    """Texts land in the message box; rows are committed for real."""
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, demo=True)


@pytest.fixture
def two(committed_db):
    return make_resident(), make_resident(level=1)


def together(*operations):
    """Run operations in threads that start together; return what each returned or was refused with."""
    gate = threading.Barrier(len(operations))

    def run(operation):
        try:
            gate.wait()
            return operation()
        except DomainError as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(operations)) as pool:
        return list(pool.map(run, operations))


def refused(results):
    return [result for result in results if isinstance(result, DomainError)]


def tell(resident, times=1):
    with scope(resident.actor):
        for _ in range(times):
            send_notice(account_id=resident.account_id, template="identity.welcome", values={}, now=NOW)


def test_both_ways_at_once_leave_one_account():
    """Two accounts that hold one person (as an older release could leave them), each joined to the other."""
    one, other = make_resident(), make_resident()
    Account.objects.filter(id=other.account_id).update(person_id=one.person_id)
    tickets = {one: prove(one, other), other: prove(other, one)}
    results = together(*(lambda stays=stays: join(stays, tickets[stays]) for stays in (one, other)))
    assert {type(each) for each in refused(results)} == {MergeTicketExpired}
    assert len(refused(results)) == AccountMerge.objects.count() == 1
    assert sorted(Account.objects.values_list("status", flat=True)) == ["active", "merged"]
    stays = AccountMerge.objects.get().account_id
    assert set(LoginHandle.objects.values_list("account_id", flat=True)) == {stays}


def test_two_tabs_join_once(two):
    stays, other = two
    ticket = prove(stays, other)
    results = together(*[lambda: join(stays, ticket)] * 4)
    assert {type(each) for each in refused(results)} == {MergeTicketExpired}
    assert len(refused(results)) == 3
    assert AccountMerge.objects.count() == 1


def test_two_survivors_cannot_both_have_it(two):
    stays, other = two
    another = make_resident()
    tickets = {stays: prove(stays, other), another: prove(another, other, now=NOW.replace(minute=2))}
    results = together(
        lambda: join(stays, tickets[stays]), lambda: join(another, tickets[another], now=NOW.replace(minute=2))
    )
    assert len(refused(results)) == AccountMerge.objects.count() == 1


def test_undone_from_both_sides_is_undone_once(two):
    stays, other = two
    merge_id = merge(stays, other)
    results = together(*[lambda: undo_merge(actor=stays.actor, merge_id=merge_id, password=PASSWORD, now=NOW)] * 3)
    assert {type(each) for each in refused(results)} == {TooLateToUndoMerge}
    assert len(refused(results)) == 2


def test_what_is_written_meanwhile_comes_along(two):
    """Requests that began before the merge go on writing for the account that is being closed."""
    stays, other = two
    tell(other, 20)
    merge_id = join(stays, prove(stays, other))
    together(
        *[lambda: tell(other, 20)] * 3,
        lambda: [carry_on(merge_id=merge_id, now=NOW) for _ in range(5)],
        lambda: carry_all(NOW),
    )
    carry_all(NOW)
    assert Notice.objects.filter(account_id=other.account_id).count() == 0
    assert Notice.objects.filter(account_id=stays.account_id).count() == 80


def test_carried_and_undone_at_once_ends_whole(two):
    stays, other = two
    tell(other, 30)
    give_consent(other.actor, "test.purpose", "我同意。", NOW)
    merge_id = join(stays, prove(stays, other))
    together(
        lambda: carry_on(merge_id=merge_id, now=NOW),
        lambda: undo_merge(actor=stays.actor, merge_id=merge_id, password=PASSWORD, now=NOW),
        lambda: carry_on(merge_id=merge_id, now=NOW),
    )
    carry_all(NOW)
    assert Notice.objects.filter(account_id=other.account_id).count() == 30
    assert Consent.objects.get(purpose_code="test.purpose").account_id == other.account_id
    assert Account.objects.get(id=other.account_id).status == "active"


def test_killed_half_way_nothing_has_moved_and_the_next_run_moves_all(two):
    stays, other = two
    tell(other, 5)
    give_consent(other.actor, "test.purpose", "我同意。", NOW)
    merge_id = join(stays, prove(stays, other))
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.concurrency.identity.merging_process"], cwd=ROOT, env=environment(),
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == b"moved one table\n"
    child.kill()
    child.wait()
    child.stdout.close()
    assert Notice.objects.filter(account_id=other.account_id).count() == 5
    assert Consent.objects.get(purpose_code="test.purpose").account_id == other.account_id
    carry_on(merge_id=merge_id, now=NOW)
    assert Notice.objects.filter(account_id=stays.account_id).count() == 5
    assert Consent.objects.get(purpose_code="test.purpose").account_id == stays.account_id


def test_a_session_that_ended_meanwhile_joins_nothing(two):
    stays, other = two
    ticket = prove(stays, other)
    Session.objects.filter(id=stays.session_id).update(ended_at=NOW)
    with pytest.raises(DomainError):
        merge_accounts(actor=stays.actor, ticket=ticket, theirs=(), understood=True, now=NOW)
    assert not AccountMerge.objects.exists()


def test_row_security_by_sql(two):
    """The one that stays reads what came along, as the web's role; nobody's right to write has grown."""
    stays, other = two
    stranger = make_resident()
    tell(other)
    merge_id = merge(stays, other)
    assert actor_of(stays.token).account_id == stays.account_id
    with connect_as("web") as web:
        web.execute(f"SET ROLE {role_name('citizen')}")

        def seen(account_id, table):
            web.execute("SELECT set_config('shimin.account', %s, false)", [str(account_id)])
            return web.execute(f"SELECT count(*) FROM {table}").fetchone()[0]

        assert [seen(each.account_id, "notices_notice") for each in (stays, other, stranger)] == [1, 0, 0]
        assert [seen(each.account_id, "identity_account_merge") for each in (stays, other, stranger)] == [1, 1, 0]
        for statement in (
            f"UPDATE notices_notice SET account_id = {stranger.account_id}",
            f"UPDATE identity_account_merge SET state = 'undone' WHERE id = {merge_id}",
            "SELECT * FROM identity_merged_rows",
            "SELECT * FROM identity_login_handle",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identity_merged_rows")
        assert cursor.fetchone()[0] >= 1


@pytest.mark.django_db
def test_the_database_is_left_as_it_was():
    assert AccountMerge.objects.count() == 0
