"""``ask replay``: messages of a past city come to an end or have a light; a second run finds nothing to do."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median

import orjson
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.identity.tests.factories import NOW
from shimin.capabilities.notices.models import Notice
from shimin.capabilities.service_requests.bulk.replay_files import INVENTED
from shimin.capabilities.service_requests.bulk.replay_plan import ANY, Plan, delays_of
from shimin.capabilities.service_requests.models import RequestStep, ServiceRequest
from shimin.capabilities.service_requests.supervision.models import Card
from shimin.capabilities.service_requests.supervision.public import BASELINE_ANSWERS, BASELINE_DAYS
from shimin.kernel import clock
from shimin.kernel.models import AuditRecord, Event, Heartbeat
from shimin.kernel.testing import connect_as

RULES = "region_code,category,kind,district,agency,valid_from,valid_to\n"
THRESHOLDS = "region_code,category,probability,valid_from,valid_to\n430100,城乡建设,0.6,2015-01-01,\n"
HEAD = "id,user,subject,posted_at,body\n"


@pytest.fixture
def replay(city, monkeypatch, tmp_path, capsys):
    """Replay a text as a file; only 城乡建设 has an agency. Returns the outcome."""
    (tmp_path / "dispatch.csv").write_text(RULES + "430100,城乡建设,,,lights,2015-01-01,\n", "utf-8")
    (tmp_path / "dispatch_thresholds.csv").write_text(THRESHOLDS, "utf-8")
    monkeypatch.setattr(settings, "SHIMIN", replace(settings.SHIMIN, demo=True, rules_dir=tmp_path, duty_phones=()))
    stamp.forget()

    def run(text: str, *options: str):
        path = tmp_path / "messages.csv"
        path.write_text(HEAD + text, "utf-8")
        call_command("ask", "replay", str(path), "--json", *options)
        return orjson.loads(capsys.readouterr().out)

    return run


def lights(number: int, at: str = "2026-03-02 09:00:00", user: str = "甲") -> str:
    return f"{number},{user},路灯坏了,{at},岳麓区路口的路灯坏了半个月，小区道路没有路灯，请城建部门修路灯。\n"


def taxis(number: int) -> str:
    return f"{number},乙,出租车拒载,2026-03-03 10:00:00,出租车司机拒载，不打表，乱收费，的士公司不管。\n"


def count_all() -> list[int]:
    return [model.objects.count() for model in (ServiceRequest, RequestStep, Card, Notice, Event, AuditRecord)]


def test_every_message_ends_or_has_a_light(replay):
    told = replay("".join(lights(number, f"2026-03-{number:02d} 09:00:00") for number in range(2, 12)) + taxis(90))
    outcome = told["outcome"]
    assert (outcome["requests"], outcome["final"], outcome["lit"]) == (11, 10, 1)
    assert (outcome["steps_taken_twice"], outcome["steps_missing"], outcome["events_waiting"]) == (0, 0, 0)
    assert outcome["automatic"] >= 1
    stuck = ServiceRequest.objects.get(state="filed")
    assert (stuck.category, stuck.rung) == ("交通运输", 3)
    assert sorted(Card.objects.filter(request_id=stuck.id).values_list("light", flat=True)) == ["red", "yellow"]
    for row in ServiceRequest.objects.filter(state="closed"):
        steps = list(RequestStep.objects.filter(request_id=row.id).order_by("version"))
        assert [step.taken_at for step in steps if step.action != "urge"] == sorted(
            step.taken_at for step in steps if step.action != "urge"
        )
        assert [step.version for step in steps] == list(range(1, len(steps) + 1))
        assert row.ended_at is not None
        assert row.ended_at < datetime(2030, 1, 1, tzinfo=UTC)


def test_a_second_run_changes_nothing_and_another_seed_is_another_city(replay):
    text = lights(1) + lights(2, "2026-03-04 12:00:00") + taxis(3)
    first, before = replay(text), count_all()
    again = replay(text)
    assert (again["outcome"], sum(again["done"].values())) == (first["outcome"], 0)
    assert count_all() == before
    assert replay(text, "--seed", "2")["outcome"]["requests"] == 3
    assert ServiceRequest.objects.count() == 6


def test_people_are_told_of_each_step_once(replay):
    replay("".join(lights(number, user=f"人{number % 3}") for number in range(9)))
    steps = Counter(RequestStep.objects.values_list("action", flat=True))
    told = Counter(Notice.objects.values_list("template", flat=True))
    assert told["service_requests.filed"] == 9
    assert told["service_requests.dispatched"] == steps["dispatch"] == 9
    assert told["service_requests.answered"] == steps["reply"] == 9
    assert told["service_requests.supervised"] == steps["order"]
    assert set(
        Counter(
            Notice.objects.filter(template="service_requests.answered").values_list("account_id", flat=True)
        ).values()
    ) == {3}


def test_it_runs_in_a_demo_without_a_worker_only(replay, monkeypatch):
    Heartbeat.objects.create(name="worker here:1", beat_at=clock.now())
    with pytest.raises(CommandError, match="a worker runs"):
        replay(lights(1))
    Heartbeat.objects.all().delete()
    monkeypatch.setattr(settings, "SHIMIN", replace(settings.SHIMIN, demo=False))
    with pytest.raises(CommandError, match="SHIMIN_DEMO=1 only"):
        replay(lights(1))
    assert ServiceRequest.objects.count() == 0


def test_two_at_once_are_refused(replay):
    with connect_as("worker") as other:
        other.execute("SELECT pg_advisory_lock(hashtext('service_requests.replay'))")
        with pytest.raises(CommandError, match="another replay"):
            replay(lights(1))
    assert ServiceRequest.objects.count() == 0


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "nan", "inf"])
def test_a_speed_is_a_number(replay, speed):
    with pytest.raises(CommandError, match="--speed"):
        replay(lights(1), "--speed", speed)


def test_the_clock_comes_back():
    before = clock.now()
    with suppress(RuntimeError), clock.replayed(NOW - timedelta(days=900)):
        assert clock.now() == NOW - timedelta(days=900)
        raise RuntimeError
    assert clock.now() >= before


def test_delays_are_those_of_the_real_city():
    every = delays_of(ANY)
    assert (every.answers, round(every.median, 1)) == (2_816, 11.2)
    assert (every.answers, round(every.median, 1)) == (BASELINE_ANSWERS, BASELINE_DAYS)
    assert delays_of("没有这一类") is every
    drawn = [
        (Plan(1, str(number)).answer_at(NOW, NOW, "城乡建设") - NOW) / timedelta(days=1) for number in range(4_000)
    ]
    assert abs(median(drawn) - delays_of("城乡建设").median) < 0.6
    assert (every.at(0.0), every.at(1.0)) == (every.days[0], every.days[-1])
    assert list(every.days) == sorted(every.days)


def test_plans_are_the_same_for_a_seed_and_in_order():
    for number in range(200):
        plan, same, other = Plan(1, str(number)), Plan(1, str(number)), Plan(2, str(number))
        dispatched = plan.dispatch_at(NOW)
        accepted = plan.accept_at(dispatched)
        assert NOW < dispatched < accepted < plan.answer_at(NOW, accepted, "教育文体")
        assert same.dispatch_at(NOW) == dispatched != other.dispatch_at(NOW)
        assert accepted - dispatched < timedelta(hours=24)


def test_the_invented_set_can_be_read(replay):
    assert INVENTED.read_text("utf-8").count("\n") == 64
