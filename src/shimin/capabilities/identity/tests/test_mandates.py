from datetime import timedelta

import pytest
from django.db import connection

from shimin.capabilities.identity.domain import SecondSource
from shimin.capabilities.identity.domain.mandates import CompanyRole
from shimin.capabilities.identity.models import Mandate, PersonHandle
from shimin.capabilities.identity.operations.consents import give_consent
from shimin.capabilities.identity.operations.mandates import claiming
from shimin.capabilities.identity.operations.mandates.agreeing import (
    MayNotAppoint,
    OfferRejected,
    OfferTerms,
    accept_offer,
    find_offer,
    offer_mandate,
)
from shimin.capabilities.identity.operations.mandates.granting import EndDateInvalid, MandateStands, ScopeInvalid
from shimin.capabilities.identity.operations.mandates.hats import (
    MandateMissing,
    take_off_hat,
    wear_hat,
    withdraw_mandate,
)
from shimin.capabilities.identity.operations.real_name import (
    NameMismatch,
    RealNameClaim,
    RegisterSilent,
    prove_real_name,
)
from shimin.capabilities.identity.ports import CompanyCheck
from shimin.capabilities.identity.queries import get_subject, has_consent, list_consents
from shimin.capabilities.identity.queries.mandates import list_mandates
from shimin.capabilities.identity.tests.factories import NOW, actor_of, make_id_number, make_resident
from shimin.capabilities.identity.tests.outbox import emitted
from shimin.kernel.actor import EVERYTHING
from shimin.kernel.db import scope
from shimin.kernel.errors import LevelRequired, OwnHatRequired
from shimin.kernel.testing import count_statements

pytestmark = pytest.mark.django_db
YEAR = NOW + timedelta(days=365)


@pytest.fixture
def company(registers):
    """A legal person and the number of their company."""
    boss = make_resident(name="周晓敏")
    registers.companies[boss.id_number, VALID] = CompanyCheck(True, "长沙周记餐饮管理有限公司（演示）")
    return boss, claiming.claim_company(actor=boss.actor, credit_code=VALID, now=NOW)


def valid_code():
    from stdnum.cn import uscc

    stem = "9143010012345678M"
    return stem + uscc.calc_check_digit(stem)


VALID = valid_code()


def give(principal, agent, *, slugs=(EVERYTHING,), relation="parent", ends_at=YEAR, is_asking=False):
    terms = OfferTerms(relation, list(slugs), ends_at, is_asking=is_asking)
    giver, taker = (agent, principal) if is_asking else (principal, agent)
    code = offer_mandate(actor=giver.actor, terms=terms, now=NOW)
    return accept_offer(actor=taker.actor, code=code, now=NOW)


def worn(agent, mandate_id, now=NOW):
    wear_hat(actor=agent.actor, mandate_id=mandate_id, now=now)
    return actor_of(agent.token, now=now)


def ended(actor):
    assert actor.hat is not None
    return actor.hat.is_ended


def test_two_people_agree_and_one_acts_for_the_other():
    mother, daughter = make_resident(name="刘桂英"), make_resident(name="周晓敏")
    actor = worn(daughter, give(mother, daughter))
    assert actor.person_id is None, "nobody's, until a view that knows of mandates asks"
    assert actor.hat.label == "刘*英（父母）"
    assert actor.hat.by == "周*敏"
    assert get_subject(actor.worn()).name == "刘桂英"
    with pytest.raises(OwnHatRequired):
        get_subject(actor)


def test_asking_works_the_other_way_round():
    mother, daughter = make_resident(), make_resident()
    mandate = give(mother, daughter, is_asking=True)
    assert worn(daughter, mandate).hat.person_id == mother.person_id


def test_withdrawn_at_once_everywhere():
    mother, daughter = make_resident(), make_resident()
    mandate = give(mother, daughter)
    before = worn(daughter, mandate)
    withdraw_mandate(actor=mother.actor, mandate_id=mandate, now=NOW)
    after = actor_of(daughter.token)
    assert (ended(before), ended(after)) == (False, True)
    assert after.worn().person_id is None
    with pytest.raises(OwnHatRequired):
        get_subject(after.worn())
    with pytest.raises(MandateMissing):
        wear_hat(actor=daughter.actor, mandate_id=mandate, now=NOW)
    assert [event["mandate_id"] for event in emitted("identity.mandate_withdrawn")] == [mandate]


def test_ends_on_its_day():
    mother, daughter = make_resident(), make_resident()
    mandate = give(mother, daughter, ends_at=NOW + timedelta(days=2))
    worn(daughter, mandate)
    assert not ended(actor_of(daughter.token, now=NOW + timedelta(hours=10)))
    assert ended(actor_of(daughter.token, now=NOW + timedelta(days=2)))
    assert list_mandates(mother.actor, NOW + timedelta(days=2)).given_now == ()


def test_the_scope_goes_along():
    mother, daughter = make_resident(), make_resident()
    hat = worn(daughter, give(mother, daughter, slugs=["social-insurance"])).hat
    assert hat.allows("social-insurance")
    assert not hat.allows("housing-fund")


def test_a_code_is_good_once_and_not_for_oneself():
    mother, daughter, other = make_resident(), make_resident(), make_resident()
    code = offer_mandate(actor=mother.actor, terms=OfferTerms("parent", ["*"], YEAR), now=NOW)
    assert find_offer(actor=daughter.actor, code=code.upper(), now=NOW).relation == "parent"
    with pytest.raises(OfferRejected):
        accept_offer(actor=mother.actor, code=code, now=NOW)
    accept_offer(actor=daughter.actor, code=code, now=NOW)
    with pytest.raises(OfferRejected):
        accept_offer(actor=other.actor, code=code, now=NOW)


@pytest.mark.parametrize("code", ["", "x" * 500, "aaaa-bbbb-cccc", "\0", "１２３"])
def test_a_made_up_code_is_none(code):
    with pytest.raises(OfferRejected):
        find_offer(actor=make_resident().actor, code=code, now=NOW)


def test_a_code_ends_after_a_week():
    mother, daughter = make_resident(), make_resident()
    code = offer_mandate(actor=mother.actor, terms=OfferTerms("parent", ["*"], YEAR), now=NOW)
    with pytest.raises(OfferRejected):
        accept_offer(actor=daughter.actor, code=code, now=NOW + timedelta(days=7))


def test_refuses_odd_terms():
    actor = make_resident().actor
    for slugs, ends_at, refusal in (
        ([], YEAR, ScopeInvalid),
        (["x"] * 0 + ["é"], YEAR, ScopeInvalid),
        ([f"item-{n}" for n in range(61)], YEAR, ScopeInvalid),
        (["*"], NOW, EndDateInvalid),
        (["*"], NOW + timedelta(days=4 * 365), EndDateInvalid),
    ):
        with pytest.raises(refusal):
            offer_mandate(actor=actor, terms=OfferTerms("parent", slugs, ends_at), now=NOW)


def test_needs_a_proven_name_on_both_sides():
    with pytest.raises(LevelRequired):
        offer_mandate(actor=make_resident(level=1).actor, terms=OfferTerms("parent", ["*"], YEAR), now=NOW)
    code = offer_mandate(actor=make_resident().actor, terms=OfferTerms("parent", ["*"], YEAR), now=NOW)
    with pytest.raises(LevelRequired):
        accept_offer(actor=make_resident(level=1).actor, code=code, now=NOW)


def test_the_same_two_have_one():
    mother, daughter = make_resident(), make_resident()
    give(mother, daughter)
    with pytest.raises(MandateStands):
        give(mother, daughter)


def test_an_agent_cannot_pass_it_on():
    mother, daughter = make_resident(), make_resident()
    actor = worn(daughter, give(mother, daughter))
    for someone in (actor, actor.worn()):
        with pytest.raises(OwnHatRequired):
            offer_mandate(actor=someone, terms=OfferTerms("parent", ["*"], YEAR), now=NOW)


def test_nobody_wears_or_ends_what_is_not_theirs():
    mother, daughter, stranger = make_resident(), make_resident(), make_resident()
    mandate = give(mother, daughter)
    for someone in (mother, stranger):
        with pytest.raises(MandateMissing):
            wear_hat(actor=someone.actor, mandate_id=mandate, now=NOW)
    for number in (mandate, 1 << 80, 0):
        with pytest.raises(MandateMissing):
            withdraw_mandate(actor=stranger.actor, mandate_id=number, now=NOW)
    withdraw_mandate(actor=daughter.actor, mandate_id=mandate, now=NOW)


def test_a_parent_acts_for_a_child_until_it_is_grown_up(registers):
    parent, number = make_resident(name="周晓敏"), make_id_number(birth="20180521")
    registers.add("林小满", number)
    registers.children.add((parent.id_number, number))
    mandate = claiming.claim_child(actor=parent.actor, name="林小满", id_number=number, now=NOW)
    assert get_subject(worn(parent, mandate).worn()).name == "林小满"
    assert Mandate.objects.get().ends_at.date().isoformat() in ("2036-05-20", "2036-05-21")


def test_only_the_register_makes_a_parent(registers):
    parent, number, grown = make_resident(), make_id_number(birth="20180521"), make_id_number(birth="20010521")
    with pytest.raises(NameMismatch):
        claiming.claim_child(actor=parent.actor, name="林小满", id_number=number, now=NOW)
    registers.add("林小满", number)
    with pytest.raises(claiming.NotYourChild):
        claiming.claim_child(actor=parent.actor, name="林小满", id_number=number, now=NOW)
    with pytest.raises(claiming.ChildGrownUp):
        claiming.claim_child(actor=parent.actor, name="林小满", id_number=grown, now=NOW)
    registers.down = True
    with pytest.raises(RegisterSilent):
        claiming.claim_child(actor=parent.actor, name="林小满", id_number=number, now=NOW)
    assert not Mandate.objects.exists()


def test_a_child_that_opens_an_account_later_is_the_same_person(registers):
    parent, number = make_resident(), make_id_number(birth="20110521")
    registers.add("林小满", number)
    registers.children.add((parent.id_number, number))
    mandate = claiming.claim_child(actor=parent.actor, name="林小满", id_number=number, now=NOW)
    child = make_resident(level=1)
    opened = prove_real_name(
        actor=child.actor, claim=RealNameClaim("林小满", number, SecondSource.SOCIAL_CARD, "A12345678", True), now=NOW
    )
    assert opened.actor.person_id == Mandate.objects.get().person_id
    assert PersonHandle.objects.get(person_id=opened.actor.person_id or 0).account_id == child.account_id
    assert [each.mandate_id for each in list_mandates(opened.actor, NOW).given_now] == [mandate]


def test_a_legal_person_acts_for_the_company(company):
    boss, mandate = company
    hat = worn(boss, mandate).hat
    assert (hat.label, hat.person_id) == ("长沙周记餐饮管理有限公司（演示）（法定代表人）", None)


@pytest.mark.parametrize("code", ["", "1", "X" * 18, VALID[:-1] + ("0" if VALID[-1] != "0" else "1"), "é" * 18])
def test_refuses_what_is_no_credit_code(registers, code):
    with pytest.raises(claiming.CreditCodeInvalid):
        claiming.claim_company(actor=make_resident().actor, credit_code=code, now=NOW)


def test_a_stranger_does_not_get_the_company(company):
    with pytest.raises(claiming.NotLegalPerson):
        claiming.claim_company(actor=make_resident().actor, credit_code=VALID, now=NOW)


def appoint(boss, mandate, person, role):
    terms = OfferTerms("company", ["*"], YEAR, mandate_id=mandate, role=role)
    return accept_offer(actor=person.actor, code=offer_mandate(actor=boss.actor, terms=terms, now=NOW), now=NOW)


def test_who_is_appointed_falls_with_who_appointed(company):
    boss, mandate = company
    manager, clerk = make_resident(name="林建国"), make_resident(name="陈志远")
    managing = appoint(boss, mandate, manager, CompanyRole.MANAGER)
    appoint(manager, managing, clerk, CompanyRole.CLERK)
    assert len(list_mandates(boss.actor, NOW).given_now) == 2
    withdraw_mandate(actor=boss.actor, mandate_id=mandate, now=NOW)
    assert not Mandate.objects.filter(state="active").exists()


def test_a_clerk_appoints_nobody_and_a_manager_no_manager(company):
    boss, mandate = company
    manager, clerk = make_resident(), make_resident()
    managing = appoint(boss, mandate, manager, CompanyRole.MANAGER)
    clerking = appoint(boss, mandate, clerk, CompanyRole.CLERK)
    for person, held, role in (
        (clerk, clerking, CompanyRole.CLERK),
        (manager, managing, CompanyRole.MANAGER),
        (make_resident(), mandate, CompanyRole.CLERK),
        (boss, mandate, CompanyRole.OWNER),
    ):
        with pytest.raises(MayNotAppoint):
            appoint(person, held, make_resident(), role)


def test_a_consent_for_another_is_none_for_oneself():
    mother, daughter = make_resident(), make_resident()
    actor = worn(daughter, give(mother, daughter))
    give_consent(actor.worn(), "tax.read", "我同意", NOW)
    assert has_consent(actor.worn(), "tax.read")
    assert [each.purpose_code for each in list_consents(actor.worn())] == ["tax.read"]
    assert not has_consent(daughter.actor, "tax.read")
    assert list_consents(daughter.actor) == []


def test_a_hat_costs_no_further_statement():
    mother, daughter = make_resident(), make_resident()
    worn(daughter, give(mother, daughter))
    with count_statements() as seen:
        actor_of(daughter.token)
    assert seen.count == 1


def test_taking_it_off():
    mother, daughter = make_resident(), make_resident()
    actor = worn(daughter, give(mother, daughter))
    take_off_hat(actor=actor, now=NOW)
    assert actor_of(daughter.token).person_id == daughter.person_id


def test_only_the_two_sides_see_a_mandate_by_sql():
    mother, daughter, stranger = make_resident(), make_resident(), make_resident()
    give(mother, daughter)
    seen = []
    for someone in (mother, daughter, stranger):
        with scope(someone.actor), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM identity_mandate")
            seen.append(cursor.fetchone()[0])
            cursor.execute("SELECT has_table_privilege('identity_mandate', 'INSERT')")
            assert cursor.fetchone() == (False,)
    assert seen == [1, 1, 0]


def test_pages_switch_hats_and_refuse_what_is_one_s_own(browser):
    mother, daughter = make_resident(name="刘桂英"), make_resident(name="周晓敏")
    mandate = give(mother, daughter)
    browser.cookies["shimin_session"] = daughter.token
    assert "刘*英" in browser.get("/me/acting").content.decode()
    assert browser.post("/me/acting/wear", {"mandate_id": mandate, "next": "/t/agents"})["Location"] == "/t/agents"
    assert browser.get("/t/agents").content.decode() == f"{mother.person_id} 刘*英（父母）"
    own = browser.get("/t/citizens")
    assert own["Location"] == "/account/own-hat?next=/t/citizens"
    assert "这一页是您自己的" in browser.get(own["Location"]).content.decode()
    withdraw_mandate(actor=mother.actor, mandate_id=mandate, now=NOW)
    assert browser.get("/t/agents")["Location"] == "/account/own-hat?next=/t/agents"
    assert "代办授权已经结束" in browser.get("/account/own-hat").content.decode()
    assert browser.post("/me/acting/wear", {"next": "/t/citizens"})["Location"] == "/t/citizens"
    assert browser.get("/t/citizens").status_code == 200
    assert browser.post("/me/acting/wear", {"mandate_id": "9" * 30}).status_code == 404


def call(browser, method, path, token, body=None):
    send = getattr(browser, method)
    return send(f"/api/v1{path}", body, content_type="application/json", headers={"Authorization": f"Bearer {token}"})


def test_the_same_by_json(browser, registers):
    mother, daughter = make_resident(), make_resident()
    terms = {"relation": "parent", "scope": ["*"], "ends_at": YEAR.isoformat()}
    code = call(browser, "post", "/me/mandate-offers", mother.token, terms).json()["code"]
    assert call(browser, "post", "/me/mandate-offers/look", daughter.token, {"code": code}).json()["scope"] == ["*"]
    made = call(browser, "post", "/me/mandates", daughter.token, {"code": code})
    assert made.status_code == 201
    mandate = made.json()["mandate_id"]
    assert call(browser, "put", "/me/hat", daughter.token, {"mandate_id": mandate}).status_code == 204
    refused = call(browser, "get", "/me/sessions", daughter.token)
    assert (refused.status_code, refused.json()["code"]) == (409, "own_hat_required")
    assert call(browser, "get", "/me/mandates", daughter.token).json()["mine"][0]["is_worn"]
    assert call(browser, "put", "/me/hat", daughter.token, {"mandate_id": None}).status_code == 204
    assert call(browser, "delete", f"/me/mandates/{mandate}", mother.token).status_code == 204
    assert call(browser, "delete", f"/me/mandates/{mandate}", mother.token).status_code == 404
    assert call(browser, "post", "/me/mandates/companies", daughter.token, {"credit_code": "1"}).status_code == 422
    child = {"name": "林小满", "id_number": make_id_number(birth="20180521")}
    assert call(browser, "post", "/me/mandates/children", daughter.token, child).status_code == 422
