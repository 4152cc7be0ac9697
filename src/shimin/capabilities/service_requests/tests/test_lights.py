"""The lights that staff see beside a promise, by the rules of data/lights.csv."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from shimin.capabilities.service_requests.domain.lights import all_rules
from shimin.capabilities.service_requests.public import ClockView, RequestKind, RequestState, light_rule_for
from shimin.capabilities.service_requests.web.presenting import promise_of
from shimin.kernel.calendar.deadlines import Unit
from shimin.kernel.clock import CHINA

DUE = datetime(2026, 11, 26, tzinfo=CHINA)  # 24:00 of Wednesday
FILED = DUE - timedelta(days=9)


def rule(kind=RequestKind.COMPLAINT, **changes):
    about = {"city_code": "430100", "kind": kind, "is_emergency": False, "filed_at": FILED, **changes}
    return light_rule_for(**about)


def light(now, *, is_running=True):
    seen = ClockView(DUE, is_running, "等材料", None, ())
    promise = promise_of(seen, RequestState.IN_PROGRESS, now, rule())
    assert promise is not None
    return promise.light, promise.word


@pytest.mark.parametrize(
    ("hours", "seen"),
    [
        (-49, ("green", "正常")),
        (-48, ("amber", "快到期")),
        (-1, ("amber", "快到期")),
        (0, ("amber", "黄牌")),
        (23, ("amber", "黄牌")),
        (24, ("red", "红牌")),
    ],
)
def test_staff_see_the_light_of_the_rule(db, hours, seen):
    assert light(DUE + timedelta(hours=hours)) == seen


def test_a_clock_that_stands_has_no_card(db):
    assert light(DUE + timedelta(days=9), is_running=False)[0] == "grey"


def test_every_kind_has_a_rule_and_danger_counts_hours():
    assert {rule(kind).unit for kind in RequestKind} == {Unit.WORKDAY}
    assert rule(is_emergency=True).unit is Unit.HOUR
    assert len(all_rules()) == len(RequestKind) + 1
