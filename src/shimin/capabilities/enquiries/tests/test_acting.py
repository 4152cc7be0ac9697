"""Looking up for somebody else, by a mandate."""

from datetime import timedelta

import pytest

from shimin.capabilities.enquiries.domain.outcomes import OutsideMandate
from shimin.capabilities.enquiries.operations.look_up import look_up
from shimin.capabilities.enquiries.queries.reads import list_reads
from shimin.capabilities.enquiries.tests.conftest import sign_in
from shimin.capabilities.enquiries.tests.factories import CITY, VIOLATION
from shimin.capabilities.identity.operations.mandates.agreeing import OfferTerms, accept_offer, offer_mandate
from shimin.capabilities.identity.operations.mandates.hats import wear_hat, withdraw_mandate
from shimin.capabilities.identity.tests.factories import NOW, actor_of, make_resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def violations(publish, source):
    publish("traffic-violations")
    source.records["violations"] = [VIOLATION]


def act(principal, agent, scope):
    terms = OfferTerms("parent", scope, NOW + timedelta(days=30))
    code = offer_mandate(actor=principal.actor, terms=terms, now=NOW)
    mandate = accept_offer(actor=agent.actor, code=code, now=NOW)
    wear_hat(actor=agent.actor, mandate_id=mandate, now=NOW)
    return mandate


def ask(agent):
    return look_up(actor=actor_of(agent.token).worn(), region_code=CITY, slug="traffic-violations", params={}, now=NOW)


def test_asks_about_the_principal_and_says_who_acted(violations, source):
    mother, daughter = make_resident(name="刘桂英"), make_resident(name="周晓敏")
    mandate = act(mother, daughter, ["traffic-violations"])
    ask(daughter)
    _, query = source.asked[0]
    assert query.subject.name == "刘桂英"
    assert (query.on_behalf_of.mandate_id, query.on_behalf_of.relation) == (str(mandate), "parent")
    [read] = list_reads(mother.actor).reads
    assert read.acted_by == "周*敏"
    assert list_reads(daughter.actor).reads == ()


def test_refuses_what_the_mandate_does_not_name_and_tells_the_principal(violations, source):
    mother, daughter = make_resident(), make_resident()
    act(mother, daughter, ["housing-fund"])
    with pytest.raises(OutsideMandate):
        ask(daughter)
    assert source.asked == []
    [read] = list_reads(mother.actor).reads
    assert (read.outcome, read.reason) == ("refused", "outside_mandate")


def test_refuses_from_the_moment_of_withdrawal(violations, source):
    mother, daughter = make_resident(), make_resident()
    mandate = act(mother, daughter, ["*"])
    ask(daughter)
    withdraw_mandate(actor=mother.actor, mandate_id=mandate, now=NOW)
    with pytest.raises(OutsideMandate):
        ask(daughter)
    assert len(source.asked) == 1


def test_the_page_looks_up_for_the_principal(violations, source, browser):
    mother, daughter = make_resident(name="刘桂英"), make_resident(name="周晓敏")
    act(mother, daughter, ["*"])
    sign_in(browser, daughter)
    page = browser.get(f"/c/{CITY}/items/traffic-violations/look-up").content.decode()
    assert source.asked[0][1].subject.name == "刘桂英"
    assert "您正在代" in page
    sign_in(browser, mother)
    assert "代您办事的 周*敏" in browser.get("/me/reads").content.decode()
