"""Every look-up of the demo city, asked as declared of the departments as they run."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from shimin.adapters.http_source.clients import Clients
from shimin.adapters.http_source.directory import Directory
from shimin.adapters.http_source.records import HttpRecordSource
from shimin.adapters.http_source.registers import HttpIdentitySource
from shimin.capabilities.enquiries.domain.answer import tell
from shimin.capabilities.enquiries.domain.declaration import parse_lookup
from shimin.capabilities.enquiries.domain.fields import WrongAnswer, accept_records
from shimin.capabilities.enquiries.domain.params import read_params
from shimin.capabilities.enquiries.ports import RecordQuery, SourceSystem, VerifiedSubject
from shimin.capabilities.identity.ports import PaperCheck, PaperStatus
from shimin.capabilities.identity.public import PersonStatus, SecondSource
from shimin.kernel.calls import client as http_client
from shimin.kernel.errors import Unavailable
from shimin.kernel.values.papers import Paper, PaperKind

ROOT = Path(__file__).resolve().parents[2]
LOOKUPS = {
    path.parent.name: parse_lookup(yaml.safe_load(path.read_text("utf-8")))
    for path in sorted((ROOT / "services").glob("*/*/*/lookup.yaml"))
}
VIEWS = [(slug, view.code) for slug, lookup in LOOKUPS.items() for view in lookup.views]
TODAY = date(2026, 11, 22)
GIVEN = {"taxi-check": {"plate": "湘AT0001"}, "business-search": {"text": "超市"}}


@pytest.fixture
def source(departments):
    """The adapter, with clients of its own so that an open circuit does not reach the next test."""
    clients = Clients(Directory(departments.keys_dir, departments.environ, None))
    yield HttpRecordSource(clients)
    clients.close()


def ask(source, slug, view_code, person=None, **changes):
    lookup = LOOKUPS[slug]
    view = lookup.view(view_code)
    subject = VerifiedSubject(person["name"], person["id_number"]) if lookup.subject and person else None
    query = RecordQuery(
        record=view.record, request_id="1", purpose=lookup.purpose, legal_basis=lookup.basis.law, consent_id=None,
        subject=subject, params={**read_params(view.params, GIVEN.get(slug, {}), TODAY), **view.fixed},
        fields=changes.get("fields", list(view.fields)),
    )  # fmt: skip
    return view, source.fetch(SourceSystem(lookup.system, ""), query)


@pytest.mark.parametrize(("slug", "view_code"), VIEWS)
def test_what_the_department_gives_fits_the_declaration(departments, source, slug, view_code):
    answered = 0
    for person in departments.residents[:30]:
        view, answer = ask(source, slug, view_code, person)
        records = accept_records(view.fields, answer.records)
        assert tell(view, records).sentence
        answered += bool(records)
    assert answered > 0, "nobody has such a record"


def test_the_friendly_resident_reads_what_the_tutorial_says(departments, source):
    view, answer = ask(source, "traffic-violations", "", departments.residents[0])
    told = tell(view, accept_records(view.fields, answer.records))
    assert told.big.text == "¥350.00"
    assert "2 条" in told.sentence
    assert abs(answer.issued_at - datetime.now(UTC)).total_seconds() < 60


def test_a_stranger_is_not_found(source):
    stranger = {"name": "查无此人", "id_number": "430104190001010014"}
    _, answer = ask(source, "traffic-violations", "", stranger)
    assert (answer.found, list(answer.records)) == (False, [])


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 500}, http_client.SourceDown),
        ({"status": 503}, http_client.SourceDown),
        ({"drop": True}, http_client.SourceDown),
        ({"garbage": True}, http_client.AnswerInvalid),
        ({"wrong_signature": True}, http_client.AnswerForged),
        ({"throttle_per_s": 0}, http_client.SourceThrottled),
    ],
    ids=str,
)
def test_a_fault_of_the_department_is_no_answer(departments, source, fault, error):
    with departments.fault("traffic-police", **fault), pytest.raises(error):
        ask(source, "traffic-violations", "", departments.residents[0])


def read(source, slug, person):
    view, answer = ask(source, slug, "", person)
    return accept_records(view.fields, answer.records)


def test_an_answer_of_another_schema_is_refused(departments, source):
    refused = pytest.raises((WrongAnswer, http_client.AnswerInvalid))
    with departments.fault("traffic-police", wrong_schema=True), refused:
        read(source, "traffic-violations", departments.residents[0])


def test_an_old_answer_sent_again_is_refused(departments, source):
    ask(source, "traffic-violations", "", departments.residents[0])
    with departments.fault("traffic-police", stale_answer=True), pytest.raises(http_client.AnswerInvalid):
        ask(source, "traffic-violations", "", departments.residents[0])


def test_a_department_that_hangs_is_told_within_three_seconds(departments, source):
    started = time.monotonic()
    with departments.fault("traffic-police", hang=True), pytest.raises(http_client.SourceSlow):
        ask(source, "traffic-violations", "", departments.residents[0])
    assert time.monotonic() - started < 3


def test_a_field_that_is_not_open_is_refused(departments, source):
    with pytest.raises(http_client.SourceRefused) as refusal:
        ask(source, "traffic-violations", "", departments.residents[0], fields=["home_address"])
    assert refusal.value.answered_status == 403


def test_a_probe_tells_whether_the_department_answers(departments, source):
    system = SourceSystem("traffic-police", "")
    assert source.is_up(system)
    with departments.fault("traffic-police", status=503):
        assert not source.is_up(system)
    assert not source.is_up(SourceSystem("nowhere", ""))


def test_the_registers_prove_a_real_name(departments, source):
    registers = HttpIdentitySource(source)
    person = departments.residents[0]
    check = registers.check_person(person["name"], person["id_number"])
    assert (check.matches, check.status) == (True, PersonStatus.NORMAL)
    assert not registers.check_person("周大敏", person["id_number"]).matches
    assert not registers.check_person("查无此人", "430104190001010014").matches
    numbers = {
        SecondSource.SOCIAL_CARD: person["social_card_number"],
        SecondSource.LICENCE: person["licence_file_number"],
        SecondSource.FUND_ACCOUNT: person["fund_account_number"],
    }
    for kind, number in numbers.items():
        assert registers.check_second(kind, person["name"], person["id_number"], number)
        other = number[:-1] + str((int(number[-1]) + 1) % 10)
        assert not registers.check_second(kind, person["name"], person["id_number"], other)


def test_the_exit_entry_register_proves_papers(departments, source):
    registers = HttpIdentitySource(source)
    passport = Paper(PaperKind.PASSPORT, "561234987", date(1987, 4, 12), "USA")
    until = date(2031, 8, 20)
    assert registers.check_paper("CARTER EMILY ANNE", passport, until) == PaperCheck(matches=True)
    assert not registers.check_paper("CARTER EMILY ANNE", passport, date(2031, 8, 21)).matches
    assert not registers.check_paper("CARTER EMILY ANNE", replace(passport, issuer="GBR"), until).matches
    lost = Paper(PaperKind.PASSPORT, "533190042", date(1979, 9, 22), "GBR")
    assert registers.check_paper("HUGHES OLIVER", lost, date(2030, 6, 30)).status is PaperStatus.LOST
    card = {"document": PaperKind.PASSPORT}
    assert registers.check_second(SecondSource.SOCIAL_CARD, "CARTER EMILY ANNE", "561234987", "F07300400", **card)
    assert not registers.check_second(SecondSource.SOCIAL_CARD, "CARTER EMILY ANNE", "561234987", "F07300401", **card)
    with departments.fault("population", hang=True), pytest.raises(Unavailable):
        registers.check_paper("CARTER EMILY ANNE", passport, until)
