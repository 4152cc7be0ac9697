"""People hear before a proof ends, once; a proof that ran out is not brought back by a lower one."""

from datetime import timedelta

import pytest

from shimin.capabilities.identity.domain import SecondSource
from shimin.capabilities.identity.models import Account, LevelProof
from shimin.capabilities.identity.operations.real_name import RealNameClaim, prove_real_name
from shimin.capabilities.identity.operations.telling import tell_of_ends
from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.notices.queries import list_notices

pytestmark = pytest.mark.django_db
END = NOW + timedelta(days=730)


def titles(resident):
    return [row.title for row in list_notices(resident.actor)]


def test_tells_once_within_thirty_days():
    resident = make_resident()
    make_resident(level=1)
    assert tell_of_ends(END - timedelta(days=31)) == 0
    assert tell_of_ends(END - timedelta(days=29)) == 1
    assert tell_of_ends(END - timedelta(days=28)) == 0
    assert titles(resident) == ["实名核实快到期了"]
    assert "2028年11月21日" in list_notices(resident.actor)[0].text


def test_says_nothing_of_what_was_renewed_or_has_ended(registers):
    resident, late = make_resident(), make_resident()
    registers.add(resident.name, resident.id_number)
    claim = RealNameClaim(resident.name, resident.id_number, SecondSource.SOCIAL_CARD, "A12345678", consents=True)
    prove_real_name(actor=resident.actor, claim=claim, now=NOW + timedelta(days=100))
    Account.objects.filter(id=late.account_id).update(status="closed")
    assert tell_of_ends(END - timedelta(hours=1)) == 0
    assert tell_of_ends(END + timedelta(days=2)) == 0


def test_the_page_offers_to_renew(browser, at, registers):
    from shimin.capabilities.identity.tests.test_papers import enter_again

    resident = make_resident()
    LevelProof.objects.update(expires_at=NOW + timedelta(days=20))
    Account.objects.update(level_until=NOW + timedelta(days=20))
    registers.add(resident.name, resident.id_number)
    browser.cookies["shimin_session"] = enter_again(resident).token
    assert "现在重新核实" in browser.get("/account/real-name").content.decode()
    form = {
        "name": resident.name, "id_number": resident.id_number, "second": "social_card", "second_value": "A12345678",
        "consents": "on",
    }  # fmt: skip
    assert browser.post("/account/real-name?renew=1", form).status_code == 303
    assert Account.objects.get(id=resident.account_id).level_until == END
    assert "现在重新核实" not in browser.get("/account/real-name").content.decode()


@pytest.mark.parametrize("has_ended", [True, False])
def test_a_lower_proof_neither_brings_back_nor_prolongs_a_higher_one(registers, has_ended):
    resident = make_resident()
    until = NOW - timedelta(days=1) if has_ended else NOW + timedelta(days=90)
    Account.objects.filter(id=resident.account_id).update(level=4, level_until=until)
    registers.add(resident.name, resident.id_number)
    claim = RealNameClaim(resident.name, resident.id_number, SecondSource.SOCIAL_CARD, "A12345678", consents=True)
    prove_real_name(actor=resident.actor, claim=claim, now=NOW)
    account = Account.objects.get(id=resident.account_id)
    assert (account.level, account.level_until) == ((2, END) if has_ended else (4, until))
