"""The editors' desk, signed in."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from shimin.capabilities.catalogue import tally
from shimin.capabilities.catalogue.models import Synonym
from shimin.capabilities.catalogue.operations.feedback import add_feedback
from shimin.capabilities.catalogue.tests.factories import CITY, NOW
from shimin.capabilities.catalogue.web import desk
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, NotFound, SignInRequired
from shimin.kernel.testing import citizen, officer
from shimin.kernel.web.access import access_of

EDITOR = officer("catalogue.editor", region_code=CITY)


@pytest.fixture
def show(places):
    """Open a view as the officer: GET inside the page's transaction, as the wrapper does."""

    def run(view, actor=EDITOR, data=None, query="", **kwargs):
        factory = RequestFactory()
        request = factory.post(f"/{query}", data) if data is not None else factory.get(f"/{query}")
        vars(request).update(actor=actor, _dont_enforce_csrf_checks=True)
        access = access_of(view)
        assert access is not None
        access.check(actor)
        if data is None and access.transaction:
            with scope(actor):
                return view(request, **kwargs)
        return view(request, **kwargs)

    return run


def text_of(response):
    return response.content.decode()


@pytest.mark.parametrize("path", ["items", "feedback", "synonyms", "missed"])
def test_visitors_are_asked_to_sign_in(places, path):
    response = Client().get(f"/desk/catalogue/{path}")
    assert response.status_code == 302
    assert "sign-in" in response.headers["Location"]


@pytest.mark.parametrize("view", [desk.items, desk.feedback_list, desk.synonyms, desk.missed])
def test_only_editors_enter(show, view):
    for actor, error in ((ANONYMOUS, SignInRequired), (citizen(), NotFound), (officer("enquiries.officer"), Forbidden)):
        with pytest.raises(error):
            show(view, actor=actor)


def test_items_with_their_stars(show, publish_item, no_blocks):
    publish_item()
    page = text_of(show(desk.items))
    assert "居民身份证遗失补领" in page
    assert "2 星" in page


def test_a_finding_is_settled(show, publish_item, no_blocks):
    publish_item()
    found = add_feedback(
        actor=ANONYMOUS,
        region_code=CITY,
        slug="id-card-replacement",
        fault="wrong",
        text="不要户口簿",
        address="::1",
        now=NOW,
    )
    assert "不要户口簿" in text_of(show(desk.feedback_list))
    assert "不要户口簿" in text_of(show(desk.feedback_answer, feedback_id=found))
    refused = show(desk.feedback_answer, data={"status": "declined", "answer": ""}, feedback_id=found)
    assert "请说明原因" in text_of(refused)
    assert show(desk.feedback_answer, data={"status": "mended"}, feedback_id=found).status_code == 302
    assert "不要户口簿" not in text_of(show(desk.feedback_list))
    assert "不要户口簿" in text_of(show(desk.feedback_list, query="?status=mended"))


def test_synonyms_are_added_and_removed(show):
    assert show(desk.synonyms, data={"said": "小本本", "meant": "身份证"}).status_code == 302
    assert "已经有了" in text_of(show(desk.synonyms, data={"said": "小本本", "meant": "身份证"}))
    assert "小本本" in text_of(show(desk.synonyms, query="?q=小本"))
    show(desk.synonym_remove, data={}, synonym_id=Synonym.objects.get().id)
    assert not Synonym.objects.exists()


def test_missed_requests(show, stopped_clock):
    tally.note_missed(CITY, "小本本", NOW)
    tally.note_missed("430200", "别处的词", NOW)
    tally.missed.flush()
    page = text_of(show(desk.missed))
    assert "小本本" in page
    assert "别处的词" not in page
