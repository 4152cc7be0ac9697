"""Pure rules."""

from __future__ import annotations

from datetime import date

import pytest

from shimin.capabilities.catalogue.blocks import Evidence
from shimin.capabilities.catalogue.domain import (
    Limit,
    materials_for,
    parse_limit,
    shared_materials,
    star_level,
    status_on,
    task_code_of,
)
from shimin.capabilities.catalogue.tests.factories import AGENCY, SERVICE


@pytest.mark.parametrize(
    ("text", "limit", "words"),
    [
        ("20 working days", Limit(20, "working_day"), "20 个工作日"),
        ("1 working day", Limit(1, "working_day"), "1 个工作日"),
        ("30 calendar days", Limit(30, "calendar_day"), "30 个自然日"),
        ("48 hours", Limit(48, "hour"), "48 小时"),
        ("immediate", Limit(0, "hour"), "当场办结"),
    ],
)
def test_limits_in_words(text, limit, words):
    assert parse_limit(text) == limit
    assert limit.words == words


def test_no_limit():
    assert parse_limit("none") is None


def test_task_code_has_31_characters():
    code = task_code_of("11370800MB28559184", "city", "370117002011")
    assert code == "11370800MB285591843370117002011"
    assert len(code) == 31


PAUSED = {"state": "paused", "words": "升级", "from": "2026-12-01", "until": "2026-12-05"}
SEASONAL = {"state": "seasonal", "words": "六月再来", "season": {"from": "06-23", "until": "09-01"}}
WINTER = {"state": "seasonal", "words": "冬天再来", "season": {"from": "11-15", "until": "03-15"}}


@pytest.mark.parametrize(
    ("declared", "day", "state"),
    [
        ("running", date(2026, 1, 1), "running"),
        (PAUSED, date(2026, 11, 30), "running"),
        (PAUSED, date(2026, 12, 1), "paused"),
        (PAUSED, date(2026, 12, 4), "paused"),
        (PAUSED, date(2026, 12, 5), "running"),
        (SEASONAL, date(2026, 6, 22), "seasonal"),
        (SEASONAL, date(2026, 6, 23), "running"),
        (SEASONAL, date(2026, 8, 31), "running"),
        (SEASONAL, date(2026, 9, 1), "seasonal"),
        (WINTER, date(2026, 12, 31), "running"),
        (WINTER, date(2027, 1, 1), "running"),
        (WINTER, date(2027, 3, 15), "seasonal"),
        ({"state": "closed", "words": "并入", "instead": "new"}, date(2026, 1, 1), "closed"),
    ],
)
def test_status_on_a_day(declared, day, state):
    assert status_on(declared, day).state == state


def test_materials_follow_the_situation():
    assert materials_for(SERVICE, {}) == ["household"]
    assert materials_for(SERVICE, {"who": "self"}) == ["household"]
    assert materials_for(SERVICE, {"who": "guardian"}) == ["household", "proof"]


def test_shared_materials_are_never_asked():
    assert shared_materials(SERVICE) == ["photo"]


GUIDE = {**SERVICE, **AGENCY}
LOOKUP = Evidence(unified_login=True, online_filing=True, online_lookup=True)


@pytest.mark.parametrize(
    ("doc", "evidence", "stars"),
    [
        ({**GUIDE, "faq": []}, Evidence(), 1),
        ({**GUIDE, "places": [{"name": "厅"}]}, Evidence(), 1),
        (GUIDE, Evidence(), 2),
        (GUIDE, Evidence(zero_visits=True, trust_first=True), 2),
        (GUIDE, Evidence(unified_login=True), 2),
        (GUIDE, LOOKUP, 3),
        ({**GUIDE, "faq": []}, LOOKUP, 1),
        (GUIDE, LOOKUP | Evidence(zero_visits=True), 3),
        (GUIDE, LOOKUP | Evidence(trust_first=True), 4),
        (GUIDE, LOOKUP | Evidence(trust_first=True, zero_visits=True), 5),
    ],
)
def test_stars_need_the_ones_below(doc, evidence, stars):
    assert star_level(doc, evidence).stars == stars
