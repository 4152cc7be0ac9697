"""Another name for the same person."""

from datetime import timedelta

import pytest

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import SecondSource
from shimin.capabilities.identity.models import Account, Person
from shimin.capabilities.identity.operations.change_name import NameClaim, NameUnchanged, change_name
from shimin.capabilities.identity.operations.limits import RealNameThrottled
from shimin.capabilities.identity.operations.real_name import (
    ConsentRequired,
    NameMismatch,
    RegisterSilent,
    SecondMismatch,
)
from shimin.capabilities.identity.ports import PersonStatus
from shimin.capabilities.identity.queries import get_subject
from shimin.capabilities.identity.tests.factories import NOW, actor_of, make_officer, make_resident
from shimin.capabilities.identity.tests.outbox import emitted, refusals
from shimin.capabilities.identity.tests.test_risk import stranger
from shimin.kernel.crypto import decrypt
from shimin.kernel.errors import DomainError, LevelRequired, SignInRequired
from shimin.kernel.values.names import NameInvalid

pytestmark = pytest.mark.django_db
NEW = "周晓明"


def claim(name=NEW, card="A12345678", consents=True):
    return NameClaim(name=name, second=SecondSource.SOCIAL_CARD, second_value=card, consents=consents)


@pytest.fixture
def resident(registers):
    """Somebody whom the registers call by a new name."""
    found = make_resident(name="周晓敏")
    registers.add(NEW, found.id_number)
    return found


def name_of(resident):
    return decrypt(bytes(Person.objects.get(id=resident.person_id).name), context=handles.PERSON_NAME)


def test_takes_the_registers_name_and_leaves_the_rest(resident):
    before = Account.objects.get(id=resident.account_id)
    change_name(actor=resident.actor, claim=claim(" 周 晓明 "), now=NOW)
    after = Account.objects.get(id=resident.account_id)
    assert name_of(resident) == get_subject(resident.actor).name == NEW
    assert get_subject(resident.actor).id_number == resident.id_number
    assert (after.level, after.level_until, after.person_id) == (before.level, before.level_until, before.person_id)
    assert emitted("identity.name_changed")[0]["person_id"] == resident.person_id
    assert NEW not in str(emitted("identity.name_changed"))


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"name": "周晓朋"}, NameMismatch), ({"name": "周\u200b晓明"}, NameInvalid), ({"name": "Zhou"}, NameInvalid),
        ({"card": "B00000000"}, SecondMismatch), ({"consents": False}, ConsentRequired),
    ],
)  # fmt: skip
def test_nothing_changes_without_both_registers(resident, wrong, refusal):
    with pytest.raises(refusal):
        change_name(actor=resident.actor, claim=claim(**wrong), now=NOW)
    assert name_of(resident) == "周晓敏"
    assert refusals() == [refusal.code]


def test_the_same_name_is_no_change(resident, registers):
    registers.add("周晓敏", resident.id_number)
    with pytest.raises(NameUnchanged):
        change_name(actor=resident.actor, claim=claim("周晓敏"), now=NOW)


def test_the_dead_and_silent_registers(resident, registers):
    registers.status = PersonStatus.DECEASED
    with pytest.raises(DomainError):
        change_name(actor=resident.actor, claim=claim(), now=NOW)
    registers.status, registers.down = PersonStatus.NORMAL, True
    with pytest.raises(RegisterSilent):
        change_name(actor=resident.actor, claim=claim(), now=NOW)
    assert name_of(resident) == "周晓敏"


def test_who_may_not(resident):
    low = make_resident(level=1).actor
    held = stranger(resident).actor
    late = actor_of(resident.token, now=NOW + timedelta(hours=13))
    officer = actor_of(make_officer().token)
    for actor, refusal in (
        (low, LevelRequired), (held, LevelRequired), (late, LevelRequired), (officer, SignInRequired)
    ):  # fmt: skip
        with pytest.raises(refusal):
            change_name(actor=actor, claim=claim(), now=NOW)


def test_trying_names_is_bounded(resident):
    for attempt in range(11):
        with pytest.raises((NameMismatch, RealNameThrottled)) as refused:
            change_name(actor=resident.actor, claim=claim("周晓" + "甲乙丙丁戊己庚辛壬癸子"[attempt]), now=NOW)
    assert isinstance(refused.value, RealNameThrottled)


def test_page_and_api(browser, resident):
    browser.cookies["shimin_session"] = resident.token
    form = {"name": NEW, "second": "social_card", "second_value": "A12345678", "consents": "on"}
    assert resident.id_number not in browser.get("/account/name").content.decode()
    assert browser.post("/account/name", {**form, "name": "周晓朋"}).status_code == 422
    assert browser.post("/account/name", form)["Location"] == "/account/real-name"
    body = {**form, "consents": True}
    again = browser.put(
        "/api/v1/me/name", body, content_type="application/json", headers={"Authorization": f"Bearer {resident.token}"}
    )
    assert again.json()["code"] == "identity.name_unchanged"
