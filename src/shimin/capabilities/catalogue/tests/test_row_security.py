"""Who may read and write which rows, asked of the database itself."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from shimin.capabilities.catalogue.models import Feedback
from shimin.capabilities.catalogue.operations.feedback import add_feedback, answer_feedback
from shimin.capabilities.catalogue.tests.factories import CITY, NOW, OTHER_CITY
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from shimin.kernel.testing import citizen, officer

EDITOR = "catalogue.editor"
HERE = officer(EDITOR, region_code=CITY)
ELSEWHERE = officer(EDITOR, region_code=OTHER_CITY)


@pytest.fixture
def finding(places):
    return add_feedback(
        actor=ANONYMOUS, region_code=CITY, slug=None, fault="wrong", text="写错了", address="127.0.0.9", now=NOW
    )


def seen_by(actor):
    with scope(actor):
        return list(Feedback.objects.values_list("id", flat=True))


def test_editors_of_the_region_read_findings(finding):
    assert seen_by(HERE) == [finding]
    assert seen_by(officer(EDITOR)) == [finding]


@pytest.mark.parametrize(
    "actor", [ELSEWHERE, officer("enquiries.officer", region_code=CITY), officer(EDITOR, agency_id=7)]
)
def test_other_staff_read_none(finding, actor):
    assert seen_by(actor) == []


@pytest.mark.parametrize("actor", [ANONYMOUS, citizen()])
def test_citizens_may_file_but_not_read(finding, actor):
    with scope(actor), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Feedback.objects.count()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalogue_region SET name = 'x'",
        "INSERT INTO catalogue_synonym (id, said, meant, origin, updated_at) VALUES (1, 'a', 'b', 'x', now())",
        "DELETE FROM catalogue_service_item",
        "UPDATE catalogue_stamp SET number = 0",
    ],
)
def test_citizens_change_nothing(places, statement):
    with scope(citizen()), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


class TestAnswer:
    def test_settles_a_finding(self, finding):
        answer_feedback(actor=HERE, feedback_id=finding, status="mended", answer="", now=NOW)
        with scope(HERE):
            assert Feedback.objects.get().status == "mended"

    def test_only_once(self, finding):
        answer_feedback(actor=HERE, feedback_id=finding, status="mended", answer="", now=NOW)
        with pytest.raises(Conflict):
            answer_feedback(actor=HERE, feedback_id=finding, status="declined", answer="x", now=NOW)

    def test_a_refusal_needs_its_reason(self, finding):
        with pytest.raises(InvalidInput):
            answer_feedback(actor=HERE, feedback_id=finding, status="declined", answer=" ", now=NOW)

    def test_not_by_others(self, finding):
        with pytest.raises(NotFound):
            answer_feedback(actor=ELSEWHERE, feedback_id=finding, status="mended", answer="", now=NOW)
        with pytest.raises(Forbidden):
            answer_feedback(actor=citizen(), feedback_id=finding, status="mended", answer="", now=NOW)
