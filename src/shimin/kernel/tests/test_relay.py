from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections

from shimin.kernel import events
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import ScopeError, require_no_transaction, scope
from shimin.kernel.errors import Conflict
from shimin.kernel.events import Delivery, DomainEvent, Registry, dead_letters, emit, history, relay
from shimin.kernel.events.relay import MAX_ATTEMPTS, pause_before, relay_batch
from shimin.kernel.models import EventReceipt
from shimin.kernel.testing import citizen

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Counted(DomainEvent):
    """A thing was counted; only in these tests."""

    name = "kernel_test.counted"
    number: int


class Subscribers:
    """A registry of its own with one event and the subscribers a test gives it."""

    def __init__(self, *handlers, batch=()) -> None:
        self.registry = Registry()
        self.registry.batch_handlers[Counted.name] = list(batch)
        self.registry.types[Counted.name] = Counted
        self.registry.handlers[Counted.name] = list(handlers)

    def relay(self, now: datetime = NOW, **options) -> int:
        return relay_batch(now, events=self.registry, **options)

    def relay_all(self, now: datetime = NOW) -> None:
        while self.relay(now):
            pass


def emit_numbers(*numbers: int, aggregate_id: int = 1, start: int = 1) -> list[int]:
    with scope(citizen()):
        return [
            emit(Counted(number), aggregate="counter", aggregate_id=aggregate_id, version=start + n, now=NOW)
            for n, number in enumerate(numbers)
        ]


def states() -> list[tuple[int, bool, bool, int]]:
    """Return (version, done, dead, attempts) of every event."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT aggregate_version, done_at IS NOT NULL, dead_at IS NOT NULL, attempts FROM kernel_event ORDER BY 1"
        )
        return list(cursor.fetchall())


def test_delivers_in_the_order_of_versions(db):
    seen: list[int] = []
    with scope(citizen()):
        for version in (3, 1, 2):  # ids are made in another order than versions
            emit(Counted(version), aggregate="counter", aggregate_id=1, version=version, now=NOW)
    Subscribers(lambda event, delivery: seen.append(event.number)).relay_all()
    assert seen == [1, 2, 3]


def test_tells_the_subscriber_about_the_delivery(db):
    seen: list[Delivery] = []
    (event_id,) = emit_numbers(7, aggregate_id=42)
    Subscribers(lambda event, delivery: seen.append(delivery)).relay()
    assert seen == [Delivery(event_id, "counter", 42, 1, NOW)]


def test_delivers_once(db):
    seen: list[int] = []
    emit_numbers(1, 2)
    subscribers = Subscribers(lambda event, delivery: seen.append(event.number))
    subscribers.relay_all()
    assert subscribers.relay(NOW + timedelta(days=1)) == 0
    assert seen == [1, 2]


def test_an_event_without_subscribers_is_done(db):
    emit_numbers(1)
    Subscribers().relay()
    assert states() == [(1, True, False, 0)]


def test_a_rolled_back_operation_emits_nothing(db):
    def refuse() -> None:
        with scope(citizen()):
            emit(Counted(1), aggregate="counter", aggregate_id=1, version=1, now=NOW)
            raise Conflict

    with pytest.raises(Conflict):
        refuse()
    assert states() == []


def test_later_events_of_a_failing_aggregate_wait_and_others_do_not(db):
    seen: list[tuple[int, int]] = []

    def subscriber(event: Counted, delivery: Delivery) -> None:
        if event.number == 1 and not mended:
            raise Conflict
        seen.append((delivery.aggregate_id, event.number))

    mended: list[bool] = []
    emit_numbers(1, 2, aggregate_id=1)
    emit_numbers(5, 6, aggregate_id=2)
    subscribers = Subscribers(subscriber)
    subscribers.relay_all()
    assert seen == [(2, 5), (2, 6)]
    subscribers.relay_all(NOW + timedelta(seconds=1))
    assert (1, 2) not in seen
    mended.append(True)
    subscribers.relay_all(NOW + timedelta(seconds=2))
    assert seen[2:] == [(1, 1), (1, 2)]


def test_a_failing_subscriber_leaves_no_trace_and_the_others_run_once(db):
    seen: list[str] = []

    def good(event: Counted, delivery: Delivery) -> None:
        seen.append("good")

    def bad(event: Counted, delivery: Delivery) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO kernel_heartbeat (name, beat_at) VALUES ('half', now())")
        seen.append("bad")
        if seen.count("bad") == 1:
            raise RuntimeError("430104199005170021")

    emit_numbers(1)
    subscribers = Subscribers(bad, good)
    subscribers.relay()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_heartbeat")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT last_error FROM kernel_event")
        (reason,) = cursor.fetchone()
    assert reason.endswith("bad: RuntimeError")
    assert "430104199005170021" not in reason
    assert [receipt.handler.rpartition(".")[2] for receipt in EventReceipt.objects.all()] == ["good"]
    subscribers.relay(NOW + timedelta(seconds=2))
    assert seen == ["bad", "good", "bad"]
    assert states() == [(1, True, False, 1)]


def test_waits_longer_after_each_failure_and_gives_up_at_last(db):
    def fail(event: Counted, delivery: Delivery) -> None:
        raise Conflict

    emit_numbers(1, 2)
    subscribers, now, tries = Subscribers(fail), NOW, 0
    while states()[0][2] is False:
        assert subscribers.relay(now) >= 1
        tries += 1
        now += pause_before(tries)
    assert tries == MAX_ATTEMPTS
    assert states()[0] == (1, False, True, MAX_ATTEMPTS)
    assert [pause_before(n).total_seconds() for n in (1, 2, 3, 30)] == [2, 4, 8, 3600]
    assert states()[1][3] == 1  # with the first one dead, the second had its turn


def test_an_event_of_an_unknown_release_waits(db):
    with scope(citizen()):
        emit(Counted(1), aggregate="counter", aggregate_id=1, version=1, now=NOW)
    assert relay_batch(NOW, events=Registry()) == 1
    assert states() == [(1, False, False, 1)]


def test_ignores_fields_of_a_newer_release(db):
    seen: list[int] = []
    emit_numbers(4)
    with connection.cursor() as cursor:
        cursor.execute('UPDATE kernel_event SET payload = payload || \'{"colour": "red"}\'')
    Subscribers(lambda event, delivery: seen.append(event.number)).relay()
    assert seen == [4]


def test_a_lost_connection_is_not_the_subscribers_fault(committed_db):
    def cut(event: Counted, delivery: Delivery) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
            owner.execute("SELECT pg_terminate_backend(%s)", [pid])
            cursor.execute("SELECT 1")

    emit_numbers(1)
    entry = connection.settings_dict
    with psycopg.connect(
        host=entry["HOST"], port=entry["PORT"], dbname=entry["NAME"], user=entry["USER"], password=entry["PASSWORD"]
    ) as owner:
        subscribers = Subscribers(cut)
        with pytest.raises(OperationalError):
            subscribers.relay()
    connection.close()
    assert states() == [(1, False, False, 0)]


def test_a_subscriber_uses_no_socket(db):
    faults: list[str] = []

    def call_out(event: Counted, delivery: Delivery) -> None:
        try:
            require_no_transaction()
        except ScopeError as error:
            faults.append(str(error))

    emit_numbers(1)
    Subscribers(call_out).relay()
    assert len(faults) == 1


def test_two_relays_share_the_work_and_keep_the_order(committed_db):
    seen: list[tuple[int, int]] = []
    guard = threading.Lock()

    def note(event: Counted, delivery: Delivery) -> None:
        with guard:
            seen.append((delivery.aggregate_id, event.number))

    for aggregate_id in range(1, 21):
        emit_numbers(*range(10), aggregate_id=aggregate_id)
    subscribers = Subscribers(note)

    def relay_until_done(_: int) -> int:
        total = 0
        try:
            for _ in range(200):
                total += subscribers.relay(limit=7)
                if all(done for _, done, _, _ in states()):
                    return total
            return total
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        totals = list(pool.map(relay_until_done, range(4)))
    assert sum(totals) == 200
    assert len(seen) == len(set(seen)) == 200
    for aggregate_id in range(1, 21):
        assert [number for owner, number in seen if owner == aggregate_id] == list(range(10))


def test_operators_see_and_retry_dead_events(db, monkeypatch):
    monkeypatch.setattr(relay, "MAX_ATTEMPTS", 1)
    mended: list[bool] = []
    seen: list[str] = []

    def first(event: Counted, delivery: Delivery) -> None:
        seen.append("first")

    def second(event: Counted, delivery: Delivery) -> None:
        if not mended:
            raise Conflict
        seen.append("second")

    (event_id,) = emit_numbers(1)
    subscribers = Subscribers(first, second)
    subscribers.relay()
    assert [line.dead for line in dead_letters.list_backlog()] == [1]
    shown = StringIO()
    call_command("events", "dead", stdout=shown)
    assert str(event_id) in shown.getvalue()
    assert "conflict" in shown.getvalue()
    with pytest.raises(CommandError, match="--all"):
        call_command("events", "retry")
    call_command("events", "retry", str(event_id), stdout=StringIO())
    mended.append(True)
    subscribers.relay()
    assert seen == ["first", "second"]
    assert states()[0][1] is True


def test_replay_runs_every_subscriber_again(db):
    seen: list[int] = []
    emit_numbers(1, 2)
    subscribers = Subscribers(lambda event, delivery: seen.append(event.number))
    subscribers.relay_all()
    count = dead_letters.replay(name=Counted.name, since=NOW, until=NOW + timedelta(seconds=1))
    subscribers.relay_all()
    assert count == 2
    assert seen == [1, 2, 1, 2]
    assert dead_letters.replay(name=Counted.name, since=NOW - timedelta(days=1), until=NOW) == 0


def test_the_command_lists_the_backlog_and_knows_the_names(db, monkeypatch):
    monkeypatch.setitem(events.registry.types, Counted.name, Counted)
    shown = StringIO()
    call_command("events", "list", stdout=shown)
    assert shown.getvalue() == "every event is delivered\n"
    emit_numbers(1, 2)
    call_command("events", "list", stdout=shown)
    assert "kernel_test.counted: 2 waiting, 0 failing, 0 dead" in shown.getvalue()
    with pytest.raises(CommandError, match="no event is called"):
        call_command("events", "replay", "nobody.knows", "--since", "2026-11-01", "--until", "2026-12-01")
    call_command("events", "replay", Counted.name, "--since", "2026-11-01", "--until", "2026-12-01", stdout=shown)
    assert "2 to be delivered again" in shown.getvalue()


def test_works_under_the_workers_own_rights(db):
    emit_numbers(1)
    roles: list[str] = []

    def note_role(event: Counted, delivery: Delivery) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            roles.append(cursor.fetchone()[0])

    Subscribers(note_role).relay()
    assert roles == ["shimin_worker"]
    with scope(SYSTEM):
        assert EventReceipt.objects.count() == 0


class Counter:
    """A subscriber of batches that keeps what it was told, and fails on numbers it was told to."""

    def __init__(self, *bad: int) -> None:
        self.bad = set(bad)
        self.batches: list[list[int]] = []

        def on_counted(told):
            numbers = [event.number for event, _ in told]
            if self.bad & set(numbers):
                raise Conflict
            self.batches.append(numbers)

        on_counted.__qualname__ = f"counter_{id(self)}"  # receipts know a subscriber by its name
        self.handler = on_counted

    @property
    def seen(self) -> list[int]:
        return sorted(number for batch in self.batches for number in batch)


def test_a_batch_is_told_at_once(db):
    for aggregate_id in range(1, 21):
        emit_numbers(aggregate_id, aggregate_id=aggregate_id)
    counter = Counter()
    Subscribers(batch=[counter.handler]).relay_all()
    assert len(counter.batches) == 1
    assert counter.seen == list(range(1, 21))


def test_a_bad_event_of_a_batch_holds_up_nobody_else(db):
    for aggregate_id in range(1, 6):
        emit_numbers(aggregate_id, aggregate_id=aggregate_id)
    counter, other, singles = Counter(3), Counter(), []
    subscribers = Subscribers(lambda event, _: singles.append(event.number), batch=[counter.handler, other.handler])
    subscribers.relay_all()
    assert counter.seen == [1, 2, 4, 5]
    assert other.seen == [1, 2, 3, 4, 5]
    counter.bad.clear()
    subscribers.relay_all(NOW + timedelta(seconds=2))
    assert counter.seen == [1, 2, 3, 4, 5]
    assert other.seen == [1, 2, 3, 4, 5], "the others were not told again"
    assert sorted(singles) == [1, 2, 3, 4, 5]
    assert all(done for _, done, _, _ in states())


def test_a_batch_waits_for_the_event_whose_other_subscriber_failed(db):
    counter = Counter()
    mended: list[bool] = []

    def single(event: Counted, delivery: Delivery) -> None:
        if not mended:
            raise Conflict

    emit_numbers(1)
    subscribers = Subscribers(single, batch=[counter.handler])
    subscribers.relay_all()
    assert counter.seen == []
    mended.append(True)
    subscribers.relay_all(NOW + timedelta(seconds=2))
    assert counter.seen == [1]


def test_a_replay_passes_over_who_counted_already(db):
    counter, singles = Counter(), []
    emit_numbers(1, 2)
    subscribers = Subscribers(lambda event, _: singles.append(event.number), batch=[counter.handler])
    subscribers.relay_all()
    emit_numbers(3, aggregate_id=9)  # not delivered yet: it counts
    since, until = NOW - timedelta(days=1), NOW + timedelta(days=1)
    assert dead_letters.replay(name=Counted.name, since=since, until=until, events=subscribers.registry) == 3
    subscribers.relay_all()
    assert sorted(singles) == [1, 1, 2, 2, 3]
    assert counter.seen == [1, 2, 3]


def test_history_tells_what_was_delivered_and_nothing_else(db, monkeypatch):
    monkeypatch.setattr(history, "CHUNK", 2)
    counter = Counter()
    subscribers = Subscribers(batch=[counter.handler])
    emit_numbers(1, 2, 3)
    subscribers.relay_all()
    emit_numbers(4, aggregate_id=9)
    chunks = list(
        history.delivered(
            [Counted], handler=relay.name_of(counter.handler), since=NOW, until=NOW + timedelta(seconds=1),
            events=subscribers.registry,
        )
    )  # fmt: skip
    assert [[event.number for event, _ in chunk] for chunk in chunks] == [[1, 2], [3]]
