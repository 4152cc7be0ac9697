from datetime import timedelta

import pytest

from shimin.capabilities.identity.models import Account, LevelProof
from shimin.capabilities.identity.operations.bank_card import (
    BankCardClaim,
    BankCardMismatch,
    CardNumberInvalid,
    prove_bank_card,
)
from shimin.capabilities.identity.operations.limits import RealNameThrottled
from shimin.capabilities.identity.operations.real_name import ConsentRequired, RegisterSilent
from shimin.capabilities.identity.tests.factories import NOW, actor_of, make_resident
from shimin.capabilities.identity.tests.outbox import emitted
from shimin.kernel.actor import AssuranceLevel
from shimin.kernel.errors import LevelRequired, SignInRequired

pytestmark = pytest.mark.django_db
CARD, PHONE = "6299990000841975315", "14207654321"


@pytest.fixture
def resident(registers):
    found = make_resident()
    registers.cards[found.id_number] = (CARD, PHONE)
    return found


def prove(resident, card=CARD, phone=PHONE, *, consents=True, now=NOW):
    return prove_bank_card(actor=resident.actor, claim=BankCardClaim(card, phone, consents), now=now)


def test_raises_the_level_under_a_new_token(resident):
    opened = prove(resident, "6299 9900 0084 1975 315")
    assert actor_of(opened.token).level is AssuranceLevel.FACE_OR_BANK
    with pytest.raises(AssertionError):
        actor_of(resident.token)
    proof = LevelProof.objects.order_by("-level").first()
    assert proof is not None
    assert (proof.level, proof.method, proof.expires_at) == (3, "bank_card", NOW + timedelta(days=730))
    assert [event["level"] for event in emitted("identity.level_raised")] == [3]


def test_the_level_runs_out(resident):
    prove(resident)
    account = Account.objects.get(id=resident.account_id)
    assert account.level_until == NOW + timedelta(days=730)


@pytest.mark.parametrize(
    "card", ["", "1", "6299990000841975316", "6" * 30, "x" * 19, "\u0662" * 19, "6299990000841975315\0"]
)
def test_refuses_what_is_no_card(resident, registers, card):
    with pytest.raises(CardNumberInvalid):
        prove(resident, card)
    assert registers.asked == []


def test_does_not_say_which_part_is_wrong(resident):
    seen = []
    for card, phone in ((CARD, "13900000000"), ("6299990000324688682", PHONE)):
        with pytest.raises(BankCardMismatch) as wrong:
            prove(resident, card, phone)
        seen.append((wrong.value.message, wrong.value.fields))
    assert seen[0] == seen[1]


def test_needs_consent_a_name_and_an_answer(resident, registers):
    with pytest.raises(ConsentRequired):
        prove(resident, consents=False)
    with pytest.raises(LevelRequired):
        prove(make_resident(level=1))
    registers.down = True
    with pytest.raises(RegisterSilent):
        prove(resident)
    assert Account.objects.get(id=resident.account_id).level == 2


def test_is_no_way_to_try_out_cards(resident):
    for _ in range(10):
        with pytest.raises(BankCardMismatch):
            prove(resident, phone="13900000000")
    with pytest.raises(RealNameThrottled):
        prove(resident)


def test_keeps_nothing_of_the_card(resident):
    from django.db import connection

    prove(resident)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(payload::text, ''), '') FROM kernel_event")
        events = cursor.fetchone()[0]
        cursor.execute("SELECT coalesce(string_agg(details, ''), '') FROM kernel_audit")
        assert CARD not in events + cursor.fetchone()[0]


def test_an_ended_session_is_not_raised(resident):
    from shimin.capabilities.identity.operations.sessions import sign_out

    sign_out(actor=resident.actor, now=NOW)
    with pytest.raises(SignInRequired):
        prove(resident)


def test_a_page_of_level_three_leads_there_and_back(browser, resident):
    browser.cookies["shimin_session"] = resident.token
    asked = browser.get("/t/surely-known?x=1")
    assert asked["Location"] == "/account/real-name?next=/t/surely-known%3Fx%3D1&level=3"
    led = browser.get(asked["Location"])
    assert led["Location"] == "/account/bank-card?next=%2Ft%2Fsurely-known%3Fx%3D1"
    wrong = browser.post(
        led["Location"], {"card_number": CARD, "phone": "13900000000", "consents": "on", "next": "/t/surely-known?x=1"}
    )
    assert wrong.status_code == 422
    assert CARD not in wrong.content.decode()
    right = {"card_number": CARD, "phone": PHONE, "consents": "on", "next": "/t/surely-known?x=1"}
    assert browser.post(led["Location"], right)["Location"] == "/t/surely-known?x=1"
    assert browser.get("/t/surely-known?x=1").content.decode() == "citizen 3 scope"
    assert "3 级" in browser.get("/account/real-name").content.decode()


def test_the_same_by_json(browser, resident):
    answer = browser.post(
        "/api/v1/me/bank-card", {"card_number": CARD, "phone": PHONE, "consents": True},
        content_type="application/json", headers={"Authorization": f"Bearer {resident.token}"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["level"]) == (200, 3)
