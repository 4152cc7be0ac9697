"""What each department answers about the fixed residents, and the form of every answer."""

import re
from datetime import date, datetime

import pytest
from stdnum.cn import uscc

from shimin.sandbox import departments
from shimin.sandbox.archive import DEPARTMENTS, Archive
from shimin.sandbox.lives.taxis import taxis
from shimin.sandbox.lives.transit_cards import card_number as transit_card
from shimin.sandbox.tests.caller import enquiry

CHEN = {"name": "陈志远", "id_number": "430111200803099034"}
LIU = {"name": "刘桂英", "id_number": "430120195110029044"}
RARE = {"name": "欧阳·𠮷月", "id_number": "43010219950228906X"}
DEAD = {"name": "谭德光", "id_number": "430120194607089136"}
PARAMS = {
    "text": "岳麓区",
    "year": 2026,
    "insurance": "pension",
    "file_number": "430115308642",
    "card_number": "C30617284",
    "account_number": "201022962963",
    "user_number": "2000000006",
    "holder_name": "周晓敏",
    "school": "campus-primary",
    "card": "8000000045",
    "plate": "湘A·T0001",
    "district": "430104",
    "credit_code": "91430100000000000M",
    "phone": "14200000000",
    "bank_card": "6299990000000000000",
    "utility": "water",
    "day": "2026-11-20",
}
# What the check of a day file answers are differences: its own tests make some.
RECORDS = [
    (department, record)
    for department in departments.ALL
    for record in department.records
    if record.name != "day-file-check"
]


def test_archives_and_departments_are_the_same():
    assert tuple(department.name for department in departments.ALL) == DEPARTMENTS
    assert [department.port_offset for department in departments.ALL] == [1, 2, 3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(("department", "record"), RECORDS, ids=lambda each: each.name)
def test_answers_have_the_fields_and_types_they_declare(town, archive_folder, department, record):
    own = {"card": transit_card(0)} if record.name == "transit-card-check" else {}
    if record.name == "travel-paper-check":
        return  # no dossier has one: see test_the_exit_entry_police_know_papers_of_foreigners
    params = {param.name: {**PARAMS, **own}[param.name] for param in record.params if param.required}
    names = [field.name for field in record.fields]
    rows = []
    if not record.about_person:
        rows = town.ask(department.name, record.name, names, subject=None, params=params)["records"]
    else:
        archive = Archive(archive_folder, department.name)
        people = archive.list_dossiers(0, 60)
        archive.close()
        for _, id_number, name, _ in people:
            rows += town.ask(department.name, record.name, names, name=name, id_number=id_number, params=params)[
                "records"
            ]
    assert rows
    for row in rows:
        assert list(row) == names
        for field in record.fields:
            assert _fits(field, row[field.name]), (field, row[field.name])


def _fits(field, value):
    if value is None:
        return field.nullable
    match field.type:
        case "string":
            return isinstance(value, str) and value != "" and (not field.values or value in field.values)
        case "integer":
            return type(value) is int
        case "number":
            return type(value) in (int, float)
        case "boolean":
            return type(value) is bool
        case "date":
            return date.fromisoformat(value).isoformat() == value
        case "date-time":
            return datetime.fromisoformat(value).utcoffset() is not None
        case "month":
            return re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value) is not None


def test_answers_only_the_fields_that_were_named(town):
    answer = town.ask("traffic-police", "violations", ["points", "plate"])
    assert [list(row) for row in answer["records"]] == [["points", "plate"]] * 2


def test_answer_repeats_the_request_and_tells_the_time(town):
    answer = town.ask("population", "identity-check", ["matches"], request_id="件-7")
    assert answer["request_id"] == "件-7"
    assert answer["issued_at"].endswith("+08:00")


def test_identity_check_tells_nothing_but_the_mismatch(town):
    names = ["matches", "status", "sex", "birth_date", "household_region_code"]
    answer = town.ask("population", "identity-check", names, name="周小敏")
    assert answer["found"]
    assert answer["records"] == [dict.fromkeys(names, None) | {"matches": False}]


@pytest.mark.parametrize("dot", "·•・‧．")
def test_identity_check_takes_every_middle_dot_and_rare_characters(town, dot):
    rare = RARE | {"name": RARE["name"].replace("·", dot)}
    assert town.ask("population", "identity-check", ["matches"], **rare)["records"] == [{"matches": True}]


def test_identity_check_tells_of_death(town):
    assert town.ask("population", "identity-check", ["status"], **DEAD)["records"] == [{"status": "deceased"}]


def test_lower_case_check_character_is_the_same_number(town):
    rare = RARE | {"id_number": RARE["id_number"].lower()}
    assert town.ask("population", "identity-check", ["matches"], **rare)["records"] == [{"matches": True}]


def test_missing_person_is_not_found(town):
    answer = town.ask("population", "identity-check", ["matches"], id_number="430104199005170002")
    assert (answer["found"], answer["records"]) == (False, [])


def test_wrong_name_is_not_found_in_other_records(town):
    answer = town.ask("traffic-police", "violations", ["plate"], name="周小敏")
    assert (answer["found"], answer["records"]) == (False, [])


def test_a_department_that_never_met_someone_finds_nothing(town):
    assert not town.ask("traffic-police", "vehicles", ["plate"], **LIU)["found"]


def test_demonstration_resident_owes_350_yuan(town):
    rows = town.ask("traffic-police", "violations", ["fine_fen", "points", "status"])["records"]
    assert sorted((row["fine_fen"], row["points"], row["status"]) for row in rows) == [
        (15_000, 0, "handled_unpaid"),
        (20_000, 6, "unhandled"),
    ]


def test_demonstration_resident_has_a_car_licence_and_loan(town):
    assert town.ask("traffic-police", "vehicles", ["plate"])["records"][0]["plate"].startswith("湘A")
    assert town.ask("traffic-police", "driving-licence", ["classes"])["records"] == [{"classes": "C1"}]
    assert town.ask("housing-fund", "loan", ["status"])["records"] == [{"status": "repaying"}]


def test_learner_sees_passed_failed_and_booked_tests(town):
    rows = town.ask("traffic-police", "driving-test", ["subject_no", "result"], **CHEN)["records"]
    assert [(row["subject_no"], row["result"]) for row in rows] == [(1, "passed"), (2, "failed"), (2, "booked")]


def test_insurance_of_a_year_is_by_month_and_kind(town):
    names = ["month", "base_fen", "personal_fen", "employer_fen"]
    rows = town.ask("human-resources", "social-insurance", names, params={"insurance": "pension", "year": 2025})[
        "records"
    ]
    assert [row["month"] for row in rows] == [f"2025-{month:02d}" for month in range(1, 13)]
    assert all(row["personal_fen"] * 2 == row["employer_fen"] == round(row["base_fen"] * 0.16) for row in rows)


def test_insurance_begins_with_the_first_job_and_stops_with_the_books(town):
    def months(year):
        params = {"insurance": "injury", "year": year}
        return [
            row["month"] for row in town.ask("human-resources", "social-insurance", ["month"], params=params)["records"]
        ]

    assert months(2013) == []
    assert months(2014)[0] == "2014-07"
    assert months(2026)[-1] == "2026-10"


def test_summary_agrees_with_the_months(town):
    row = town.ask("human-resources", "social-insurance-summary", ["months_total", "personal_account_balance_fen"])
    months, paid_fen = 0, 0
    for year in range(2014, 2027):
        params = {"insurance": "pension", "year": year}
        rows = town.ask("human-resources", "social-insurance", ["personal_fen"], params=params)["records"]
        months += len(rows)
        paid_fen += sum(each["personal_fen"] for each in rows)
    assert row["records"][0] == {"months_total": months, "personal_account_balance_fen": paid_fen}


def test_pensioner_receives_and_pays_no_more(town):
    rows = town.ask("human-resources", "social-insurance-summary", ["insurance", "status"], **LIU)["records"]
    assert {row["insurance"]: row["status"] for row in rows}["pension"] == "receiving"


def test_account_balance_is_the_last_of_the_ledger(town):
    account = town.ask("housing-fund", "account", ["balance_fen"])["records"][0]
    entries = town.ask("housing-fund", "deposits", ["balance_fen"], params={"year": 2026})["records"]
    assert entries[-1]["balance_fen"] == account["balance_fen"]


def test_loan_is_repaid_to_the_last_fen(town):
    names = ["principal_fen", "remaining_fen", "monthly_payment_fen", "rate_percent", "remaining_months"]
    loan = town.ask("housing-fund", "loan", names)["records"][0]
    remaining = loan["remaining_fen"]
    for _ in range(loan["remaining_months"]):
        remaining += round(remaining * loan["rate_percent"] / 1200) - loan["monthly_payment_fen"]
    assert abs(remaining) < 1_000


@pytest.mark.parametrize(
    ("department", "record", "right", "wrong"),
    [
        ("traffic-police", "licence-check", {"file_number": "430115308642"}, {"file_number": "430115308643"}),
        ("human-resources", "social-card-check", {"card_number": "c30617284"}, {"card_number": "C30617285"}),
        ("housing-fund", "fund-account-check", {"account_number": "201022962963"}, {"account_number": "201022962964"}),
    ],
)
def test_checks_of_a_number_match_only_the_right_one(town, department, record, right, wrong):
    assert town.ask(department, record, ["matches"], params=right)["records"] == [{"matches": True}]
    assert town.ask(department, record, ["matches"], params=wrong)["records"] == [{"matches": False}]


def test_score_is_given_for_its_year_only(town):
    assert len(town.ask("education", "gaokao-score", ["total"], params={"year": 2026}, **CHEN)["records"]) == 1
    other = town.ask("education", "gaokao-score", ["total"], params={"year": 2025}, **CHEN)
    assert (other["found"], other["records"]) == (True, [])


@pytest.mark.parametrize("plate", ["湘AT0001", "湘A·T0001", "湘a t0001"])
def test_taxi_is_found_however_the_plate_is_typed(town, plate):
    rows = town.ask("transport", "taxi", ["plate", "status"], subject=None, params={"plate": plate})["records"]
    assert rows == [{"plate": "湘AT0001", "status": "operating"}]


def test_unknown_taxi_is_not_found(town):
    assert not town.ask("transport", "taxi", ["plate"], subject=None, params={"plate": "湘A·Q0001"})["found"]


def test_taxi_drivers_are_masked(town):
    driver = next(taxis())["driver_name"]
    names = ["driver_name_masked"]
    rows = town.ask("transport", "taxi", names, subject=None, params={"plate": "湘AT0001"})["records"]
    assert "*" in rows[0]["driver_name_masked"]
    assert rows[0]["driver_name_masked"] != driver


def test_car_parks_come_in_pages(town):
    seen, after = [], None
    while True:
        params = {"district": "430104", "after": after, "limit": 15}
        page = town.ask("transport", "parking-lots", ["lot_number"], subject=None, params=params)["records"]
        if not page:
            break
        seen += [row["lot_number"] for row in page]
        after = seen[-1]
    assert len(seen) == len(set(seen)) == 40
    assert seen == sorted(seen)


def test_rush_candidates_get_their_own_scores(town, archive_folder):
    archive = Archive(archive_folder, "education")
    rush = archive.list_dossiers(50_000_000, 100)
    archive.close()
    assert len(rush) == 40
    for _, id_number, name, dossier in rush:
        body = enquiry(name, id_number, fields=["total"], params={"year": 2026})
        assert town.send("education", "gaokao-score", body).json["records"] == [
            {"total": dossier["scores"][0]["total"]}
        ]


def test_a_business_is_found_by_name_or_code_and_holds_its_check_character(town):
    fields = ["credit_code", "name", "status", "district"]
    found = town.ask("market-regulation", "businesses", fields, subject=None, params={"text": "岳麓区"})["records"]
    assert len(found) == 20
    assert {each["district"] for each in found} == {"430104"}
    one = found[0]
    assert uscc.is_valid(one["credit_code"])
    again = town.ask("market-regulation", "businesses", fields, subject=None, params={"text": one["credit_code"]})
    assert again["records"] == [one]
    none = town.ask("market-regulation", "businesses", fields, subject=None, params={"text": "没有这样的店"})
    assert none["records"] == []


CARTER = {"name": "CARTER EMILY ANNE", "id_number": "561234987", "document": "passport"}
PAPER = {"document": "passport", "issuer": "USA", "birth_date": "1987-04-12", "valid_until": "2031-08-20"}


def ask_paper(town, subject, params):
    return town.ask("population", "travel-paper-check", ["matches", "status"], subject=subject, params=params)


@pytest.mark.parametrize(
    ("subject", "changes", "rows"),
    [
        (CARTER, {}, [{"matches": True, "status": "valid"}]),
        (CARTER, {"birth_date": "1987-04-13"}, [{"matches": False, "status": None}]),
        (CARTER, {"valid_until": "2031-08-21"}, [{"matches": False, "status": None}]),
        ({**CARTER, "name": "CARTER ANNE"}, {}, [{"matches": False, "status": None}]),
        (CARTER, {"issuer": "GBR"}, []),
        ({**CARTER, "name": "HUGHES OLIVER", "id_number": "533190042"},
         {"issuer": "GBR", "birth_date": "1979-09-22", "valid_until": "2030-06-30"},
         [{"matches": True, "status": "lost"}]),
    ],
)  # fmt: skip
def test_the_exit_entry_police_know_papers_of_foreigners(town, subject, changes, rows):
    assert ask_paper(town, subject, {**PAPER, **changes})["records"] == rows
