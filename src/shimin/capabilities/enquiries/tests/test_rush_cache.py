from datetime import timedelta

import pytest

from shimin.capabilities.enquiries.domain.outcomes import Outcome
from shimin.capabilities.enquiries.models import CachedExtract
from shimin.capabilities.enquiries.operations.look_up import look_up
from shimin.capabilities.enquiries.operations.upkeep import trim_cache
from shimin.capabilities.enquiries.queries.reads import list_reads
from shimin.capabilities.enquiries.tests.factories import CITY, SCORE
from shimin.capabilities.identity.tests.factories import make_resident
from shimin.kernel.actor import SYSTEM
from shimin.kernel.crypto import DecryptionError
from shimin.kernel.db import scope
from shimin.kernel.models import AuditRecord
from shimin.kernel.testing import count_statements


@pytest.fixture
def scores(publish, source):
    """Everybody's total is the last three digits of the ID number's serial."""
    publish("gaokao-score")
    source.records["gaokao-score"] = lambda query: [
        {name: SCORE[name] for name in query.fields}
        | {"total": int(query.subject.id_number[14:17]), "year": query.params["year"]}
    ]
    return source


def ask(actor, at, **params):
    return look_up(actor=actor, region_code=CITY, slug="gaokao-score", params=params, now=at.now)


def test_the_second_look_up_is_told_again_without_asking(scores, resident, at):
    first = ask(resident.actor, at)
    at.now += timedelta(seconds=5)
    second = ask(resident.actor, at)
    assert len(scores.asked) == 1
    assert (first.from_cache, second.from_cache) == (False, True)
    assert second.extract == first.extract
    assert second.as_of == first.as_of
    assert second.enquiry_id != first.enquiry_id


def test_a_told_again_answer_is_logged_like_any_other(scores, resident, at):
    ask(resident.actor, at)
    second = ask(resident.actor, at)
    newest, oldest = list_reads(resident.actor).reads
    assert (newest.outcome, newest.from_cache, newest.record_count) == (Outcome.FOUND, True, 1)
    assert oldest.from_cache is False
    with scope(SYSTEM):
        assert AuditRecord.objects.get(target_id=second.enquiry_id).action == "enquiries.look_up"


def test_a_hit_costs_at_most_two_statements(scores, resident, at):
    ask(resident.actor, at)
    with count_statements() as seen:
        assert ask(resident.actor, at).from_cache
    assert seen.count <= 2, seen.statements


def test_nobody_is_told_anothers_answer(scores, at):
    people = [make_resident() for _ in range(5)]
    for _ in range(2):
        for person in people:
            record = ask(person.actor, at)
            assert record.extract[0]["total"] == int(person.id_number[14:17])
    assert len(scores.asked) == 5


def test_a_row_moved_to_another_person_does_not_open(scores, at):
    mine, theirs = make_resident(), make_resident()
    ask(mine.actor, at)
    CachedExtract.objects.update(person_id=theirs.person_id)  # as the owner of the tables, past every policy
    with pytest.raises(DecryptionError):
        ask(theirs.actor, at)


def test_the_year_is_part_of_the_question(scores, resident, at):
    assert ask(resident.actor, at, year="2025").extract[0]["year"] == 2025
    assert ask(resident.actor, at, year="2026").extract[0]["year"] == 2026
    assert len(scores.asked) == 2


def test_it_is_kept_no_longer_than_declared(scores, resident, at):
    ask(resident.actor, at)
    at.now += timedelta(seconds=3_601)
    assert not ask(resident.actor, at).from_cache
    with scope(resident.actor):
        assert CachedExtract.objects.count() == 1


def test_failures_are_not_kept(scores, resident, at):
    scores.records["gaokao-score"] = lambda query: [{"total": "none"}]
    with pytest.raises(Exception, match="没有通过核对"):
        ask(resident.actor, at)
    assert not CachedExtract.objects.exists()


def test_nothing_found_is_kept_too(scores, resident, at):
    scores.records["gaokao-score"] = []
    ask(resident.actor, at)
    assert ask(resident.actor, at).extract == ()
    assert list_reads(resident.actor).reads[0].outcome is Outcome.EMPTY


def test_the_worker_keeps_it_within_bounds(scores, at):
    for seconds in range(4):
        at.now += timedelta(seconds=seconds)
        ask(make_resident().actor, at)
    CachedExtract.objects.update(bound=3)
    oldest = CachedExtract.objects.earliest("expires_at")
    assert trim_cache(at.now) == 1
    assert not CachedExtract.objects.filter(id=oldest.id).exists()
    assert trim_cache(at.now + timedelta(hours=2)) == 3
