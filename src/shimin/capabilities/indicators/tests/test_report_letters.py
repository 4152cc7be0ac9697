"""Who subscribed to the weekly report gets a letter when it is made: once, while they are supervisors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shimin.capabilities.identity.models import StaffGrant
from shimin.capabilities.indicators.public import Topic
from shimin.capabilities.indicators.tests.test_watching import MONDAY, NOW, letters, subscribed
from shimin.capabilities.indicators.tests.test_watching import boss as boss
from shimin.capabilities.service_requests.supervision.public import make_weekly_reports
from shimin.capabilities.service_requests.tests.factories import file
from shimin.kernel import clock
from shimin.kernel.events.relay import relay_batch


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


def relay() -> None:
    while relay_batch(MONDAY):
        continue


def test_the_letter_tells_the_figures_and_where_the_report_lies(boss):
    subscribed(boss, Topic.REPORT)
    subscribed(boss, Topic.ALERTS)
    file(now=NOW)
    relay()
    before = len(letters())
    assert make_weekly_reports(MONDAY) == 1
    for _ in range(2):
        relay()
    new = letters()[before:]
    assert len(new) == 1
    _, subject, text = new[0]
    assert subject == "长沙市督查周报：11月23日至11月29日"
    assert "收到：1件" in text
    assert "/desk/supervision/weeks/2026-11-23?city=430100" in text


def test_who_is_no_supervisor_any_more_gets_none(boss):
    subscribed(boss, Topic.REPORT)
    file(now=NOW)
    StaffGrant.objects.update(ends_at=NOW + timedelta(hours=1))
    before = len(letters())
    make_weekly_reports(MONDAY)
    relay()
    assert len(letters()) == before
