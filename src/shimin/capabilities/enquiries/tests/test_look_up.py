from datetime import timedelta

import pytest

from shimin.capabilities.enquiries.domain.outcomes import (
    AnswerRejected,
    ConsentRequired,
    Outcome,
    SourceBusy,
    SourceRefused,
    SourceUnavailable,
)
from shimin.capabilities.enquiries.models import Enquiry
from shimin.capabilities.enquiries.operations.access_log import LineClosed, close_line
from shimin.capabilities.enquiries.operations.look_up import look_up
from shimin.capabilities.enquiries.operations.upkeep import close_lost_lines
from shimin.capabilities.enquiries.queries.offers import get_offer
from shimin.capabilities.enquiries.queries.reads import list_reads
from shimin.capabilities.enquiries.tests.factories import ACCOUNT, CITY, TAXI, VIOLATION
from shimin.capabilities.identity.public import give_consent, withdraw_consent
from shimin.capabilities.identity.tests.factories import make_resident
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.calls import client as http_client
from shimin.kernel.db import scope
from shimin.kernel.errors import LevelRequired, NotFound, SignInRequired, TooManyRequests
from shimin.kernel.models import AuditRecord, Event
from shimin.kernel.testing import count_statements


def ask(actor, slug="traffic-violations", at=None, **more):
    return look_up(actor=actor, region_code=CITY, slug=slug, params=more.pop("params", {}), now=at.now, **more)


@pytest.fixture
def violations(publish, source):
    publish("traffic-violations")
    source.records["violations"] = [VIOLATION]


def test_shows_the_named_fields_of_the_verified_person(violations, source, resident, at):
    record = ask(resident.actor, at=at)
    assert record.extract[0]["fine_fen"] == 20_000
    assert set(record.extract[0]) == set(record.fields)
    assert record.source == "长沙市公安局交通警察支队"
    _, query = source.asked[0]
    assert (query.subject.name, query.subject.id_number) == ("周晓敏", resident.id_number)
    assert query.request_id == str(record.enquiry_id)
    assert "lng" not in query.fields


def test_leaves_a_line_an_audit_row_and_an_event(violations, resident, at):
    record = ask(resident.actor, at=at)
    [read] = list_reads(resident.actor).reads
    assert (read.enquiry_id, read.outcome, read.record_count) == (record.enquiry_id, Outcome.FOUND, 1)
    assert (read.agency_name, read.purpose) == ("长沙市公安局交通警察支队", "查看本人名下车辆和驾驶证的交通违法记录")
    assert "罚款" in read.fields
    with scope(SYSTEM):
        audit = AuditRecord.objects.get(action="enquiries.look_up")
        event = Event.objects.get(name="enquiries.record_looked_up")
    assert (audit.target_id, audit.outcome, audit.city_code) == (record.enquiry_id, "done", CITY)
    assert event.payload["outcome"] == "found"


def test_no_log_holds_what_was_answered_or_who_asked(violations, resident, at):
    ask(resident.actor, at=at)
    with scope(SYSTEM):
        rows = [*AuditRecord.objects.values_list("details"), *Event.objects.values_list("payload")]
        lines = list(Enquiry.objects.values())
    text = f"{rows}{lines}"
    for secret in (resident.name, resident.id_number, "潇湘中路", "湘A12345"):
        assert secret not in text


def test_an_enquiry_costs_at_most_four_statements(violations, resident, at):
    ask(resident.actor, at=at)
    with count_statements() as seen:
        ask(resident.actor, at=at)
    assert seen.count <= 4, seen.statements


def test_nothing_found_is_an_answer(publish, source, resident, at):
    publish("traffic-violations")
    assert ask(resident.actor, at=at).extract == ()
    assert list_reads(resident.actor).reads[0].outcome is Outcome.EMPTY


@pytest.mark.parametrize(
    ("failure", "error", "outcome"),
    [
        (http_client.SourceDown("traffic-police"), SourceUnavailable, Outcome.UNAVAILABLE),
        (http_client.SourceSlow("traffic-police"), SourceUnavailable, Outcome.UNAVAILABLE),
        (http_client.SourceThrottled("traffic-police", retry_after_seconds=7), SourceBusy, Outcome.UNAVAILABLE),
        (http_client.SourceBusy("traffic-police"), SourceBusy, Outcome.UNAVAILABLE),
        (http_client.SourceRefused("traffic-police", 403, {}), SourceRefused, Outcome.UNAVAILABLE),
        (http_client.AnswerForged("traffic-police"), AnswerRejected, Outcome.REJECTED),
        (http_client.AnswerReplayed("traffic-police"), AnswerRejected, Outcome.REJECTED),
        (http_client.AnswerUnreadable("traffic-police"), AnswerRejected, Outcome.REJECTED),
    ],
    ids=lambda value: getattr(value, "code", ""),
)  # fmt: skip
def test_a_failing_source_is_told_and_logged(violations, source, resident, at, failure, error, outcome):
    source.failure = failure
    with pytest.raises(error) as told:
        ask(resident.actor, at=at)
    assert told.value.retry_after_seconds == failure.retry_after_seconds
    [read] = list_reads(resident.actor).reads
    assert (read.outcome, read.reason) == (outcome, error.code)


@pytest.mark.parametrize(
    "rows",
    [
        lambda query: [{name: VIOLATION[name] for name in query.fields} | {"id_number": "430104199005179006"}],
        lambda query: [{name: VIOLATION[name] for name in query.fields if name != "points"}],
        lambda query: [{name: VIOLATION[name] for name in query.fields} | {"fine_fen": "200"}],
        lambda query: [{name: VIOLATION[name] for name in query.fields} | {"status": "stolen"}],
    ],
    ids=["unasked field", "missing field", "wrong type", "unknown word"],
)
def test_an_answer_of_another_shape_is_thrown_away(violations, source, resident, at, rows):
    source.records["violations"] = rows
    with pytest.raises(AnswerRejected):
        ask(resident.actor, at=at)
    assert list_reads(resident.actor).reads[0].outcome is Outcome.REJECTED


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_answer_of_another_time_is_thrown_away(violations, source, resident, at, minutes):
    source.issued_at = at.now + timedelta(minutes=minutes)
    with pytest.raises(AnswerRejected):
        ask(resident.actor, at=at)


def test_guests_and_officers_are_asked_to_sign_in(violations, source, at):
    with pytest.raises(SignInRequired):
        ask(ANONYMOUS, at=at)
    with pytest.raises(SignInRequired):
        ask(SYSTEM, at=at)
    assert source.asked == []


def test_an_account_without_a_proven_name_is_refused(violations, source, at):
    with pytest.raises(LevelRequired):
        ask(make_resident(level=1).actor, at=at)
    assert source.asked == []
    with scope(SYSTEM):
        assert AuditRecord.objects.get(action="enquiries.look_up").outcome == "refused"


def test_consent_is_asked_once_and_can_be_withdrawn(publish, source, resident, at):
    publish("housing-fund")
    source.records["account"] = [ACCOUNT]
    with pytest.raises(ConsentRequired):
        ask(resident.actor, "housing-fund", at)
    assert source.asked == []
    basis = get_offer(CITY, "housing-fund", at.now).lookup.basis
    assert basis.consent_code
    consent_id = give_consent(resident.actor, basis.consent_code, basis.consent_text, at.now)
    ask(resident.actor, "housing-fund", at)
    ask(resident.actor, "housing-fund", at, view_code="loan")
    assert {query.consent_id for _, query in source.asked} == {str(consent_id)}
    withdraw_consent(resident.actor, basis.consent_code, at.now)
    with pytest.raises(ConsentRequired):
        ask(resident.actor, "housing-fund", at)
    outcomes = [(read.outcome, read.reason) for read in list_reads(resident.actor).reads]
    assert outcomes == [
        (Outcome.REFUSED, "consent_required"), (Outcome.EMPTY, ""), (Outcome.FOUND, ""),
        (Outcome.REFUSED, "consent_required"),
    ]  # fmt: skip


def test_a_consent_to_other_words_does_not_count(publish, source, resident, at):
    publish("housing-fund")
    give_consent(resident.actor, "housing-fund", "我同意别的事。", at.now)
    with pytest.raises(ConsentRequired):
        ask(resident.actor, "housing-fund", at)


def test_an_enquiry_with_consent_costs_at_most_eight_statements(publish, source, resident, at):
    publish("housing-fund")
    source.records["account"] = [ACCOUNT]
    basis = get_offer(CITY, "housing-fund", at.now).lookup.basis
    assert basis.consent_code
    give_consent(resident.actor, basis.consent_code, basis.consent_text, at.now)
    with count_statements() as seen:
        ask(resident.actor, "housing-fund", at)
    assert seen.count <= 8, seen.statements


def test_too_many_look_ups_are_refused_and_logged(violations, source, resident, at):
    for _ in range(30):
        ask(resident.actor, at=at)
    with pytest.raises(TooManyRequests):
        ask(resident.actor, at=at)
    assert len(source.asked) == 30
    assert list_reads(resident.actor).reads[0].reason == "too_many_requests"


def test_refusals_do_not_flood_the_log(publish, source, resident, at):
    publish("housing-fund")
    for _ in range(15):
        with pytest.raises(ConsentRequired):
            ask(resident.actor, "housing-fund", at)
    assert len(list_reads(resident.actor, limit=50).reads) == 10


def test_a_public_record_needs_nobody_and_leaves_no_line(publish, source, resident, at):
    publish("taxi-check")
    source.records["taxi"] = [TAXI]
    record = ask(ANONYMOUS, "taxi-check", at, params={"plate": "湘a·t0001"}, address="192.0.2.1")
    assert record.enquiry_id is None
    assert source.asked[0][1].subject is None
    assert source.asked[0][1].params == {"plate": "湘AT0001"}
    ask(resident.actor, "taxi-check", at, params={"plate": "湘AT0001"})
    with scope(SYSTEM):
        assert not Enquiry.objects.exists()


def test_a_public_record_is_limited_by_address(publish, source, at):
    publish("taxi-check")
    for _ in range(60):
        ask(ANONYMOUS, "taxi-check", at, params={"plate": "湘AT0001"}, address="192.0.2.1")
    with pytest.raises(TooManyRequests):
        ask(ANONYMOUS, "taxi-check", at, params={"plate": "湘AT0001"}, address="192.0.2.1")
    ask(ANONYMOUS, "taxi-check", at, params={"plate": "湘AT0001"}, address="192.0.2.2")


def test_unknown_items_and_guides_have_nothing_to_look_up(violations, resident, at):
    with pytest.raises(NotFound):
        ask(resident.actor, "flying-carpet", at)
    with pytest.raises(NotFound):
        look_up(actor=resident.actor, region_code="999999", slug="traffic-violations", params={}, now=at.now)


def test_a_line_left_open_by_a_dead_process_is_closed_as_unknown(violations, source, resident, at):
    source.failure = SystemExit()
    with pytest.raises(SystemExit):
        ask(resident.actor, at=at)
    assert list_reads(resident.actor).reads[0].outcome is Outcome.PENDING
    assert close_lost_lines(at.now + timedelta(seconds=119)) == 0
    assert close_lost_lines(at.now + timedelta(seconds=121)) == 1
    assert list_reads(resident.actor).reads[0].outcome is Outcome.UNKNOWN
    with scope(SYSTEM):
        assert AuditRecord.objects.filter(action="enquiries.close_lost").count() == 1


def test_an_answer_that_cannot_be_logged_is_not_shown(violations, source, resident, at):
    def answer_late(query):
        close_lost_lines(at.now + timedelta(minutes=5))
        return [{name: VIOLATION[name] for name in query.fields}]

    source.records["violations"] = answer_late
    with pytest.raises(LineClosed):
        ask(resident.actor, at=at)
    assert list_reads(resident.actor).reads[0].outcome is Outcome.UNKNOWN


def test_a_closed_line_stays_as_it_is(violations, resident, at):
    record = ask(resident.actor, at=at)
    with scope(resident.actor), pytest.raises(LineClosed):
        close_line(
            actor=resident.actor, offer=record.question.offer, line_id=record.enquiry_id, outcome=Outcome.EMPTY,
            now=at.now,
        )  # fmt: skip
