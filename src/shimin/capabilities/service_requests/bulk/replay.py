"""``ask replay``: messages arrive on a virtual clock and the whole platform deals with them, as it would have then.

Real: filing, classifying, dispatch by the catalogue, events, notices, clocks, cards, urging, closing. Simulated:
people. A dispatcher gives what waits to the first agency proposed, officers accept and answer (``replay_plan``), a
supervisor orders what has a red card and summons what is ten working days late. Nobody returns, extends, rates or
reopens.

Killed at any moment, the next run goes on: what is due is read from the rows, and each act is taken only from the state
that it starts from. A second run finds nothing to do.
"""

from __future__ import annotations

import heapq
import time as wall
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import IntEnum
from hashlib import sha256
from itertools import count

from django.db import connection

from shimin.capabilities.service_requests.bulk.replay_plan import Plan
from shimin.capabilities.service_requests.public import (
    DISPATCHER,
    OFFICER,
    SUPERVISOR,
    ImportOutcome,
    Message,
    RequestFacts,
    RequestState,
    accept,
    close_unrated,
    dispatch,
    find_facts,
    find_imported,
    import_message,
    list_supervised,
    propose_agency,
    reply,
    told_to,
)
from shimin.capabilities.service_requests.supervision.public import issue_cards, order, summon
from shimin.kernel import clock
from shimin.kernel.actor import Actor, ActorKind, Grant
from shimin.kernel.calendar import working_calendar
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.events.relay import relay_batch

TICK = timedelta(hours=1)
QUIET_DAYS = 30  # after the last act: longer than anything waits
ANSWER = "（演练）您反映的问题已经办理，处理情况已电话告知。"
_ORDER_DAYS, _SUMMON_WORKDAYS = 5, 10
# Accounts that nobody has: staff and people of the replay. Real ids are far larger or belong to the demo.
_DISPATCHER, _SUPERVISOR, _OFFICERS, _PEOPLE = 8_000_000_001, 8_000_000_002, 8_100_000_000, 8_200_000_000
_LOCK = "SELECT pg_try_advisory_lock(hashtext('service_requests.replay'))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext('service_requests.replay'))"


class ReplayRuns(Exception):
    """Another replay is under way in this database."""


class Act(IntEnum):
    """What is due; of two at one instant the smaller comes first."""

    ARRIVE = 0
    DISPATCH = 1
    ACCEPT = 2
    ANSWER = 3


@dataclass(slots=True)
class Counts:
    """What this run did."""

    arrived: int = 0
    dispatched: int = 0
    accepted: int = 0
    answered: int = 0
    ordered: int = 0
    summoned: int = 0
    cards: int = 0
    closed: int = 0

    @property
    def total(self) -> int:
        return sum(getattr(self, name) for name in self.__slots__)


class Replay:
    """One replay of messages in a city. ``told`` hears the virtual time and what was done so far."""

    def __init__(
        self,
        messages: Sequence[Message],
        people: Sequence[str],
        *,
        city_code: str,
        seed: int,
        seconds_per_second: float | None = None,
        told: Callable[[datetime, Counts], None] = lambda *_: None,
    ) -> None:
        """``people`` names for each message who wrote it, "" without a name: they are told of every step."""
        self.messages = [
            told_to(message, person_id(name)) if name else message
            for message, name in zip(messages, people, strict=True)
        ]
        self._city_code, self._seed, self._speed, self._told = city_code, seed, seconds_per_second, told
        self._due: list[tuple[datetime, int, int, int]] = []  # when, act, order, request id or the message's place
        self._order = count()
        self._plans: dict[int, Plan] = {}
        self.counts = Counts()

    def run(self) -> Counts:
        """Run to the end and return what was done.

        Raises:
            ReplayRuns: see the class.
        """
        with connection.cursor() as cursor:
            cursor.execute(_LOCK)
            if not cursor.fetchone()[0]:
                raise ReplayRuns
        try:
            self._run()
        finally:
            with connection.cursor() as cursor:
                cursor.execute(_UNLOCK)
        return self.counts

    @property
    def request_ids(self) -> list[int]:
        """The requests of the messages so far."""
        return list(self._plans)

    def _run(self) -> None:
        last = self._pick_up()
        night = _night_after(last)
        while self._due:
            tick = self._due[0][0] + TICK
            while night <= tick:
                self._nightly(night)
                night = _night_after(night)
            touched = []
            while self._due and self._due[0][0] <= tick:
                touched.append(self._act(*heapq.heappop(self._due)))
            self._relay(tick)
            self._schedule(find_facts([request_id for request_id in touched if request_id]))
            self._told(tick, self.counts)
            self._wait(TICK)
        quiet = 0
        while quiet < QUIET_DAYS:
            before = self.counts.total
            self._nightly(night)
            night = _night_after(night)
            quiet = 0 if self.counts.total > before else quiet + 1

    def _pick_up(self) -> datetime:
        """Read what was done before, schedule the rest, and return the virtual time to go on from."""
        known: dict[str, int] = {}
        for source in {message.source for message in self.messages}:
            keys = [message.key for message in self.messages if message.source == source]
            known |= find_imported(city_code=self._city_code, source=source, keys=keys)
        for at, message in enumerate(self.messages):
            request_id = known.get(message.key)
            if request_id is None:
                heapq.heappush(self._due, (message.posted_at, Act.ARRIVE, next(self._order), at))
            else:
                self._plans[request_id] = Plan(self._seed, message.key)
        facts = find_facts(list(self._plans))
        latest = max((each.moved_at for each in facts), default=None)
        if latest is not None:
            self._relay(latest)
            facts = find_facts(list(self._plans))
        self._schedule(facts)
        starts = [due[0] for due in self._due[:1]]
        return min([*starts, latest] if latest is not None else starts, default=clock.now())

    def _act(self, at: datetime, act: int, _: int, subject: int) -> int | None:
        """Take one act at its own time and return the request's id, None when nothing follows from it."""
        if act == Act.ARRIVE:
            message = self.messages[subject]
            outcome, request_id = import_message(message=message, now=at)
            self._plans[request_id] = Plan(self._seed, message.key)
            self.counts.arrived += outcome is ImportOutcome.IMPORTED
            return request_id
        if act == Act.DISPATCH:
            with clock.replayed(at):
                agency_id = propose_agency(request_id=subject, now=at)
            if agency_id is None:
                return None  # nobody leads it: it waits, and its light says so
            dispatch(actor=self._dispatcher(), request_id=subject, agency_id=agency_id, now=at)
            self.counts.dispatched += 1
            return subject
        (facts,) = find_facts([subject])
        officer = self._officer(facts)
        if act == Act.ACCEPT:
            accept(actor=officer, request_id=subject, now=at)
            self.counts.accepted += 1
            return subject
        reply(actor=officer, request_id=subject, words=ANSWER, now=at)
        self.counts.answered += 1
        return None

    def _schedule(self, rows: Iterable[RequestFacts]) -> None:
        for row in rows:
            plan = self._plans[row.request_id]
            match row.state:
                case RequestState.FILED | RequestState.RETURNED:
                    act, at = Act.DISPATCH, plan.dispatch_at(row.filed_at)
                case RequestState.DISPATCHED:
                    act, at = Act.ACCEPT, plan.accept_at(row.dispatched_at or row.filed_at)
                case RequestState.IN_PROGRESS:
                    act, at = Act.ANSWER, plan.answer_at(row.filed_at, row.accepted_at or row.filed_at, row.category)
                case _:
                    continue
            heapq.heappush(self._due, (at, act, next(self._order), row.request_id))

    def _nightly(self, night: datetime) -> None:
        """Do what a day's end brings: cards, the supervisor's round, answers that nobody rated."""
        with clock.replayed(night):
            self.counts.cards += issue_cards(night)
            while closed := close_unrated(night):
                self.counts.closed += closed
        self._supervise(night)
        self._relay(night)
        self._wait(timedelta(days=1) if not self._due else timedelta())

    def _supervise(self, night: datetime) -> None:
        actor, calendar, today = self._staff(_SUPERVISOR, SUPERVISOR, None), working_calendar(), local_date(night)
        for row in list_supervised(self._city_code):
            if row.rung == 1 and row.is_red:
                answer_by = today + timedelta(days=_ORDER_DAYS)
                order(actor=actor, request_id=row.request_id, words="红牌，限期办结。", answer_by=answer_by, now=night)
                self.counts.ordered += 1
            elif row.rung == 2 and calendar.working_days_between(local_date(row.due_at), today) > _SUMMON_WORKDAYS:
                words = f"超期超过{_SUMMON_WORKDAYS}个工作日，约谈分管负责人。"
                summon(actor=actor, request_id=row.request_id, words=words, now=night)
                self.counts.summoned += 1

    def _relay(self, now: datetime) -> None:
        with clock.replayed(now):
            while relay_batch(now):
                continue

    def _wait(self, virtual: timedelta) -> None:
        if self._speed is not None:
            wall.sleep(virtual.total_seconds() / self._speed)

    def _dispatcher(self) -> Actor:
        return self._staff(_DISPATCHER, DISPATCHER, None)

    def _officer(self, row: RequestFacts) -> Actor:
        assert row.agency_id is not None  # a constraint of the table
        return self._staff(_OFFICERS + row.agency_id % 1_000_000, OFFICER, row.agency_id)

    def _staff(self, account_id: int, role: str, agency_id: int | None) -> Actor:
        grant = Grant(role, agency_id, self._city_code)
        return Actor(ActorKind.STAFF, account_id=account_id, grants=(grant,), channel="replay")


def person_id(name: str) -> int:
    """Return the number of an account that nobody has, the same for the same name."""
    return _PEOPLE + int.from_bytes(sha256(name.encode()).digest()[:4])


def _night_after(instant: datetime) -> datetime:
    """Return the next 24:00 in China after an instant."""
    return datetime.combine(local_date(instant) + timedelta(days=1), time.min, tzinfo=CHINA)
