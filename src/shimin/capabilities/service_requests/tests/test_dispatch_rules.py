"""The dispatch catalogue: which rule holds, what is wrong with a file, and what the worker decides alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.catalogue.models import Agency
from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.service_requests.domain.dispatch_rules import RulesUnreadable, read_catalogue
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.public import (
    Choice,
    RequestKind,
    Similar,
    Suggestion,
    advise,
    classify,
    dispatch_by_rule,
    get_text_reader,
    return_request,
    set_text_reader,
)
from shimin.capabilities.service_requests.tests.factories import CITY, DESPATCHER, RESIDENT, file, handler
from shimin.kernel import clock
from shimin.kernel.events.relay import relay_batch
from shimin.kernel.models import AuditRecord

HEAD = "region_code,category,kind,district,agency,valid_from,valid_to\n"
THRESHOLDS = "region_code,category,probability,valid_from,valid_to\n"
DAY = date(2026, 11, 27)


@pytest.fixture
def rules(tmp_path, monkeypatch):
    """Write the installation's own rules: ``rules("430100,供水,,,lights,2020-01-01,")``."""

    def write(*lines, thresholds=("430100,供水,0.9,2020-01-01,",)):
        (tmp_path / "dispatch.csv").write_text(HEAD + "\n".join(lines), "utf-8")
        (tmp_path / "dispatch_thresholds.csv").write_text(THRESHOLDS + "\n".join(thresholds), "utf-8")
        monkeypatch.setattr(settings, "SHIMIN", replace(settings.SHIMIN, rules_dir=tmp_path))
        return tmp_path

    return write


class Reader:
    """Says of every text what a test wants to hear."""

    def __init__(self, *choices):
        self.choices = tuple(Choice(name, chance, ("水管",)) for name, chance in choices)

    def suggest(self, text, *, city_code):
        return Suggestion(None, self.choices)

    def find_similar(self, text, place, *, city_code, now) -> tuple[Similar, ...]:
        return ()


@pytest.fixture
def worker(city, monkeypatch):
    """``worker(("供水", 0.95))``: deliver what waits; the reader says this of any text."""
    while relay_batch(NOW):
        pass
    before = get_text_reader()
    monkeypatch.setattr(clock, "now", lambda: NOW)

    def run(*choices):
        set_text_reader(Reader(*choices))
        while relay_batch(NOW):
            pass

    yield run
    set_text_reader(before)


def row(receipt) -> ServiceRequest:
    return ServiceRequest.objects.get(id=receipt.request_id)


def rule_for(catalogue, category="供水", kind=RequestKind.HELP, district="", day=DAY):
    found = catalogue.rule_for(city_code=CITY, category=category, kind=kind, district=district, day=day)
    return found and found.agency


def test_the_most_particular_rule_wins(rules):
    catalogue = read_catalogue(
        rules(
            "100000,供水,,,country,2020-01-01,",
            "430100,供水,,,city,2020-01-01,2026-01-01",
            "430100,供水,,,city-now,2026-01-01,",
            "430100,供水,report,,inspectors,2020-01-01,",
            "430100,供水/水质,,,health,2020-01-01,",
            "430100,供水,,430104,district,2020-01-01,",
        )
    )
    assert rule_for(catalogue) == "city-now"
    assert rule_for(catalogue, day=date(2025, 12, 31)) == "city"
    assert rule_for(catalogue, kind=RequestKind.REPORT) == "inspectors"
    assert rule_for(catalogue, category="供水/水质/浑浊") == "health"
    assert rule_for(catalogue, category="供水/水质", district="430104") == "district"
    assert rule_for(catalogue, category="供水厂") is None
    elsewhere = catalogue.rule_for(city_code="430200", category="供水", kind=RequestKind.HELP, district="", day=DAY)
    assert elsewhere is not None
    assert elsewhere.agency == "country"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("43010,供水,,,a,2020-01-01,", "line 2: region_code '43010' is no code of six digits"),
        ("430100,,,,a,2020-01-01,", "line 2: category is empty"),
        ("430100,供水/,,,a,2020-01-01,", "line 2: category is empty"),
        ("430100,供水,moan,,a,2020-01-01,", "line 2: kind 'moan' is none of question"),
        ("430100,供水,,长沙,a,2020-01-01,", "line 2: district '长沙' is no code"),
        ("430100,供水,,,,2020-01-01,", "line 2: agency is empty"),
        ("430100,供水,,,a,1.1.2020,", "line 2: valid_from '1.1.2020' is no day"),
        ("430100,供水,,,a,,", "line 2: valid_from is empty"),
        ("430100,供水,,,a,2020-01-02,2020-01-02", "line 2: valid_to must be after"),
        ("430100,供水,,,a", "line 2: as many cells as the head"),
        ("430100,供水,,,a,2020-01-01,,more", "line 2: as many cells as the head"),
        (
            "430100,供水,,,a,2020-01-01,\n430100,供水,,,b,2026-01-01,",
            "lines 2 and 3: both say something of 430100/供水",
        ),
    ],
)
def test_names_the_line_and_the_mend(rules, line, words):
    with pytest.raises(RulesUnreadable, match=words):
        read_catalogue(rules(line))


@pytest.mark.parametrize("share", ["0.4", "1.2", "nan", "", "sure"])
def test_a_threshold_is_a_share(rules, share):
    with pytest.raises(RulesUnreadable, match="line 2: probability"):
        read_catalogue(rules(thresholds=(f"430100,供水,{share},2020-01-01,",)))


def test_reads_a_file_as_offices_save_it_and_refuses_another(rules):
    folder = rules()
    (folder / "dispatch.csv").write_bytes(("﻿" + HEAD + '"430100","供水","","","lights","2020-01-01",""\r\n').encode())
    assert rule_for(read_catalogue(folder)) == "lights"
    (folder / "dispatch.csv").write_bytes("区划,类别\n".encode("gb18030"))
    with pytest.raises(RulesUnreadable, match="save it as CSV in UTF-8"):
        read_catalogue(folder)
    (folder / "dispatch.csv").write_text("region,category\n", "utf-8")
    with pytest.raises(RulesUnreadable, match="the head must be"):
        read_catalogue(folder)


def test_the_shipped_rules_name_agencies_of_the_demo_city():
    catalogue = read_catalogue()
    root = Path(__file__).parents[5]
    slugs = {path.parent.name for path in (root / "services" / "430100").glob("*/agency.yaml")}
    assert {rule.agency for rule in catalogue.rules} <= slugs
    assert {rule.category for rule in catalogue.rules} == {each.category for each in catalogue.thresholds}


def test_a_sure_one_is_dispatched_by_the_platform_and_can_be_returned(worker, city, rules):
    rules("430100,供水,,,lights,2020-01-01,")
    receipt = file()
    worker(("供水", 0.95), ("环境保护", 0.03))
    found = row(receipt)
    assert (found.state, found.agency_id, found.handler_id) == ("dispatched", city.lights, None)
    step = found.steps.get(action="dispatch")
    assert (step.actor_kind, step.account_id, step.details["agency"]) == ("system", None, "长沙路灯")
    assert step.details["rule"] == "430100/供水@2020-01-01"
    noted = AuditRecord.objects.get(action="service_requests.dispatch", target_id=receipt.request_id)
    assert noted.actor_kind == "system"
    assert "430100/供水@2020-01-01" in noted.details
    return_request(actor=handler(city.lights), request_id=receipt.request_id, words="不归我们。", now=NOW)
    worker(("供水", 0.99))
    assert row(receipt).state == "returned"
    assert not dispatch_by_rule(request_id=receipt.request_id, now=NOW)


@pytest.mark.parametrize(
    "choices",
    [(("供水", 0.89), ("环境保护", 0.11)), (("环境保护", 0.99),), (("供水厂", 0.99),), ()],
    ids=["not sure enough", "nobody leads it", "another category", "nothing to say"],
)
def test_what_is_not_sure_waits_for_a_person(worker, rules, choices):
    rules("430100,供水,,,lights,2020-01-01,")
    receipt = file()
    worker(*choices)
    assert row(receipt).state == "filed"


def test_danger_to_life_waits_for_a_person(worker, rules):
    rules("430100,供水,,,lights,2020-01-01,")
    receipt = file("家里着火了，有人被困！")
    worker(("供水", 0.99))
    assert row(receipt).state == "filed"


def test_who_chose_the_category_dispatches_too(worker, city, rules):
    rules("430100,供水,,,lights,2020-01-01,")
    receipt = file()
    worker(("环境保护", 0.99))
    classify(actor=DESPATCHER, request_id=receipt.request_id, category="供水", now=NOW)
    worker()
    assert row(receipt).state == "filed"


def test_a_broken_or_missing_rule_leaves_it_to_people(worker, city, rules):
    rules("430100,供水,,,no-such-agency,2020-01-01,")
    one = file()
    worker(("供水", 0.99))
    rules("430100,供水,moan,,lights,2020-01-01,")
    other = file()
    worker(("供水", 0.99))
    assert (row(one).state, row(other).state) == ("filed", "filed")


def test_twice_is_once(worker, city, rules):
    rules("430100,供水,,,lights,2020-01-01,")
    receipt = file()
    worker(("供水", 0.99))
    assert not dispatch_by_rule(request_id=receipt.request_id, now=NOW + timedelta(days=1))
    assert row(receipt).steps.filter(action="dispatch").count() == 1


def advice(choices, **more):
    about = {
        "city_code": CITY, "kind": RequestKind.HELP, "region_code": "", "category": choices[0].category_code,
        "category_by": "reader", "is_emergency": False, "now": NOW, "choices": choices, **more,
    }  # fmt: skip
    return advise(**about)


def test_two_categories_of_one_agency_are_one_proposal(city, rules):
    rules("430100,供水,,,lights,2020-01-01,", "430100,路灯,,,lights,2020-01-01,", "430100,道路,,,roads,2020-01-01,")
    found = advice((Choice("供水", 0.5, ("水",)), Choice("道路", 0.3), Choice("路灯", 0.2)))
    assert [(each.agency_id, round(each.probability, 2), each.reasons) for each in found.choices] == [
        (city.lights, 0.7, ("水",)), (city.roads, 0.3, ()),
    ]  # fmt: skip
    assert not found.is_sure
    assert found.why == "把握 50%，自动派单要 90%。"
    by_hand = advice((Choice("道路", 0.9),), category="供水", category_by="officer")
    assert [each.agency_id for each in by_hand.choices] == [city.lights]
    assert by_hand.choices[0].probability is None


def test_a_district_has_its_own_agency(city, rules):
    about = {"region_code": "430104", "slug": "water", "name": "岳麓供水", "short_name": "岳麓供水", "uscc": "1" * 18}
    Agency.objects.create(id=7_104, doc={}, **about)
    stamp.forget()
    rules("430100,供水,,,lights,2020-01-01,", "430100,供水,,430104,water,2020-01-01,")
    found = advice((Choice("供水", 0.95),), region_code="430104")
    assert ([each.agency_id for each in found.choices], found.is_sure) == ([7_104], True)


def test_the_dispatcher_sees_the_proposal_with_its_reasons(worker, city, rules):
    rules("430100,供水,,,lights,2020-01-01,")
    receipt = file(actor=RESIDENT)
    worker(("供水", 0.62), ("环境保护", 0.3))
    browser = Client()
    browser.cookies["shimin_desk"] = make_officer(
        "service_requests.dispatcher", login="dispatcher-1", region_code=CITY
    ).token
    page = browser.get(f"/desk/requests/{receipt.request_id}").content.decode()
    assert "长沙路灯 · 把握 62%" in page
    assert "依据的词：水管" in page
    assert "把握 62%，自动派单要 90%。" in page
    assert f'<option value="{city.lights}" selected' in page
    return_page = f"/desk/requests/{receipt.request_id}"
    assert browser.post(f"{return_page}/dispatch", {"agency": str(city.lights)}).status_code == 302
    return_request(actor=handler(city.lights), request_id=receipt.request_id, words="不归我们。", now=NOW)
    again = browser.get(return_page).content.decode()
    assert "把握" not in again
    assert "部门退回的单由人重新派。" in again


def test_the_command_names_agencies_that_are_not_there(city, rules, capsys):
    folder = rules("430100,供水,,,lights,2020-01-01,")
    call_command("ask", "rules", "--folder", str(folder))
    assert "1 rules, 1 thresholds, 0 faults" in capsys.readouterr().out
    folder = rules("430100,供水,,,nobody,2020-01-01,", "430100,路灯,,,lights,2020-01-01,")
    with pytest.raises(CommandError, match="names what is not there"):
        call_command("ask", "rules", "--folder", str(folder))
    told = capsys.readouterr().out
    assert "line 2: 430100 has no agency 'nobody'; it has lights, roads" in told
    assert "dispatch_thresholds.csv: 路灯 has no row" in told
    with pytest.raises(CommandError, match="is none of question"):
        call_command("ask", "rules", "--folder", str(rules("430100,供水,moan,,lights,2020-01-01,")))
