"""Coherence of the invented lives, over every one of a few thousand people."""

from collections import Counter, defaultdict
from datetime import date
from typing import Any

import pytest
from stdnum.cn import ric

from shimin.sandbox.departments.housing_fund import ledger
from shimin.sandbox.lives.careers import RETIREMENT_AGE, Spell
from shimin.sandbox.lives.dossiers import dossiers
from shimin.sandbox.lives.names import RARE_GIVEN
from shimin.sandbox.lives.numbers import CitizenNumbers, check_character, spread
from shimin.sandbox.lives.regions import DISTRICT_BY_CODE
from shimin.sandbox.lives.schooling import TRACKS, exam_year, province_rank
from shimin.sandbox.lives.timeline import AS_OF, age_on, anniversary, month_number

RESIDENTS, RUSH = 3_000, 200


@pytest.fixture(scope="module")
def lives():
    """(person, {department: dossier}) of everyone."""
    by_serial: dict[int, dict[str, Any]] = defaultdict(dict)
    people = {}
    for dossier in dossiers(RESIDENTS, RUSH):
        people[dossier.person.serial] = dossier.person
        by_serial[dossier.person.serial][dossier.department] = dossier.content
    return [(people[serial], known) for serial, known in by_serial.items()]


@pytest.fixture(scope="module")
def drivers(lives):
    return [(person, known["traffic-police"]) for person, known in lives if "traffic-police" in known]


def _spells(dossier):
    return [Spell.from_row(row) for row in dossier["spells"]]


def test_makes_as_many_people_as_asked_for(lives):
    assert sum(not person.is_rush_candidate for person, _ in lives) == RESIDENTS
    assert sum(person.is_rush_candidate for person, _ in lives) == RUSH


def test_citizen_numbers_are_valid_and_tell_the_truth(lives):
    for person, _ in lives:
        assert ric.is_valid(person.id_number), person
        assert ric.get_birth_date(person.id_number) == person.birth_date
        assert {"F": "female", "M": "male"}[_gender(person.id_number)] == person.sex
        assert ric.get_birth_place(person.id_number)["province"] == "湖南省"
        assert person.region in DISTRICT_BY_CODE


def _gender(id_number):
    return "M" if int(id_number[16]) % 2 else "F"


@pytest.mark.parametrize("number", ["id_number", "phone"])
def test_numbers_of_people_are_unique(lives, number):
    assert len({getattr(person, number) for person, _ in lives}) == len(lives)


def test_numbers_in_dossiers_are_unique(lives):
    seen: Counter[str] = Counter()
    for _, known in lives:
        police = known.get("traffic-police", {})
        seen.update(vehicle["plate"] for vehicle in police.get("vehicles", ()))
        seen.update(row["violation_id"] for row in police.get("violations", ()))
        if police.get("licence"):
            seen[police["licence"]["file_number"]] += 1
        seen[known["human-resources"]["card_number"]] += 1
        if "housing-fund" in known:
            seen[known["housing-fund"]["account_number"]] += 1
    assert seen.most_common(1)[0][1] == 1


def test_there_are_children_pensioners_dead_and_rare_names(lives):
    people = [person for person, _ in lives if not person.is_rush_candidate]
    assert sum(person.age_on(AS_OF) < 16 for person in people) > 100
    assert sum(known["human-resources"]["pension_from"] is not None for _, known in lives) > 100
    assert sum(person.status == "deceased" for person in people) > 50
    assert sum(person.status == "cancelled" for person in people) > 3
    assert sum("·" in person.name for person in people) > 30
    assert sum(any(rare in person.name for rare in RARE_GIVEN) for person in people) > 10


def test_nobody_drives_before_eighteen(drivers):
    for person, police in drivers:
        of_age = person.birthday(18).isoformat()
        licence = police["licence"]
        assert licence is None or licence["issued_on"] >= of_age
        assert all(row["booked_for"] > of_age for row in police["tests"])


def test_tests_come_before_the_licence_and_vehicles_after(drivers):
    for _, police in drivers:
        licence = police["licence"]
        if licence is None:
            assert police["vehicles"] == police["violations"] == []
            assert police["tests"][-1]["result"] == "booked"
            continue
        assert all(
            row["result"] == "passed" and row["booked_for"][:10] <= licence["issued_on"] for row in police["tests"]
        )
        assert all(vehicle["registered_on"] >= licence["issued_on"] for vehicle in police["vehicles"])


def test_violations_belong_to_ones_vehicle_after_its_registration(drivers):
    found = 0
    for person, police in drivers:
        registered = {vehicle["plate"]: vehicle["registered_on"] for vehicle in police["vehicles"]}
        for row in police["violations"]:
            found += 1
            day = row["violated_at"][:10]
            assert registered[row["plate"]] <= day <= person.last_day.isoformat()
            assert row["handled_on"] is None or day < row["handled_on"] <= person.last_day.isoformat()
            assert (row["due_date"] is not None) == (row["status"] == "handled_unpaid")
            assert (row["handled_on"] is None) == (row["status"] == "unhandled")
    assert found > 500


def test_points_are_those_of_handled_violations_in_the_cycle(drivers):
    with_points = 0
    for person, police in drivers:
        licence = police["licence"]
        if licence is None:
            continue
        ends_on = date.fromisoformat(licence["cycle_ends_on"])
        began_on = anniversary(date.fromisoformat(licence["issued_on"]), ends_on.year - 1)
        assert began_on <= person.last_day < ends_on
        expected = sum(
            row["points"] for row in police["violations"] if row["handled_on"] and row["handled_on"] >= str(began_on)
        )
        assert licence["points_this_cycle"] == expected
        with_points += expected > 0
    assert with_points > 20


def test_careers_run_from_leaving_school_to_retirement_without_overlap(lives):
    spells_seen = 0
    for person, known in lives:
        spells = _spells(known["human-resources"])
        earliest = month_number(f"{person.birth_date.year + 16}-01")
        retired = person.birthday(RETIREMENT_AGE[person.sex])
        previous = earliest
        for spell in spells:
            spells_seen += 1
            assert previous < spell.from_month <= spell.last_month
            previous = spell.last_month
            assert spell.last_month < month_number(retired.isoformat())
            assert spell.last_month <= month_number(person.last_day.isoformat())
        assert all(spell.to_month is not None for spell in spells[:-1])
    assert spells_seen > 2_000


def test_nothing_happens_after_the_end(lives):
    for person, known in lives:
        if person.ended_on is None:
            continue
        police = known.get("traffic-police")
        assert police is None or police["licence"]["status"] == "cancelled"
        fund = known.get("housing-fund")
        if fund is not None:
            assert fund["closed_month"] is not None
            assert ledger(fund)[-1].month <= month_number(person.ended_on.isoformat())
        assert all(spell.to_month is not None for spell in _spells(known["human-resources"]))
        assert "transport" not in known


def test_fund_ledger_adds_up_and_closes_empty(lives):
    accounts = [known["housing-fund"] for _, known in lives if "housing-fund" in known]
    assert len(accounts) > 500
    for fund in accounts:
        entries = ledger(fund)
        assert sum(entry.amount_fen for entry in entries) == entries[-1].balance_fen
        assert all(entry.balance_fen >= 0 for entry in entries)
        assert (fund["closed_month"] is None) or entries[-1].balance_fen == 0


def test_fund_is_fed_by_the_same_employers_as_social_insurance(lives):
    for _, known in lives:
        fund = known.get("housing-fund")
        if fund is not None:
            insured = known["human-resources"]["spells"]
            assert all(spell in insured for spell in fund["spells"])


def test_gaokao_is_sat_at_eighteen_or_so_and_adds_up(lives):
    for person, known in lives:
        for score in known.get("education", {"scores": ()})["scores"]:
            assert score["year"] == exam_year(person.birth_date)
            assert 17 <= age_on(person.birth_date, date(score["year"], 9, 1)) <= 19
            parts = ("chinese", "mathematics", "foreign_language", "first_score", "second_score_1", "second_score_2")
            assert score["total"] == sum(score[part] for part in parts)
            assert score["second_subject_1"] != score["second_subject_2"]


def test_every_rush_candidate_has_a_score_of_this_year(lives):
    rush = [known for person, known in lives if person.is_rush_candidate]
    assert {known["education"]["scores"][0]["year"] for known in rush} == {2026}


@pytest.mark.parametrize("track", TRACKS)
def test_rank_falls_as_the_total_rises(track):
    ranks = [province_rank(track, total) for total in range(100, 751)]
    assert ranks == sorted(ranks, reverse=True)
    assert ranks[-1] >= 1


def test_family_ties_are_mutual(lives):
    by_number = {person.id_number: known["population"]["family"] for person, known in lives}
    for person, known in lives:
        for relative in known["population"]["family"]:
            back = [other["id_number"] for other in by_number[relative["id_number"]]]
            assert person.id_number in back


def test_parents_are_older_than_their_children(lives):
    for person, known in lives:
        for relative in known["population"]["family"]:
            if relative["relation"] == "child":
                years = date.fromisoformat(relative["birth_date"]).year - person.birth_date.year
                assert 15 <= years <= 45


def test_fewer_people_are_the_same_people():
    few, many = list(dossiers(40, 3)), list(dossiers(120, 3))
    assert few[: _residents_in(few)] == many[: _residents_in(few)]
    assert few[_residents_in(few) :] == [each for each in many if each.person.is_rush_candidate]


def _residents_in(stream):
    return sum(not dossier.person.is_rush_candidate for dossier in stream)


def test_gives_no_number_twice_and_says_when_none_is_left():
    numbers = CitizenNumbers()

    def give(count):
        return [numbers.give(region="430104", birth_date=date(1990, 5, 17), female=True, wish=7) for _ in range(count)]

    given = give(200)
    assert len(set(given)) == 200
    assert all(check_character(number[:17]) == number[17] for number in given)
    with pytest.raises(ValueError, match="fewer residents"):
        give(1)


def test_spread_is_one_to_one():
    assert len({spread(serial, 3, 10_000) for serial in range(10_000)}) == 10_000


def test_leap_day_birthdays_move_to_march():
    assert anniversary(date(2008, 2, 29), 2026) == date(2026, 3, 1)
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
