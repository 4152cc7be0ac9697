from datetime import timedelta

import pytest
from django.db import connection

from shimin.capabilities.identity.domain import REAL_NAME_PURPOSE, SecondSource
from shimin.capabilities.identity.models import Account, LevelProof, Person
from shimin.capabilities.identity.operations.limits import RealNameThrottled
from shimin.capabilities.identity.operations.persons import OtherPersonProved, PersonTaken
from shimin.capabilities.identity.operations.real_name import (
    ConsentRequired,
    MinorNeedsGuardian,
    NameMismatch,
    PersonNotActive,
    RealNameClaim,
    RegisterSilent,
    SecondMismatch,
    SecondNumberInvalid,
    prove_real_name,
)
from shimin.capabilities.identity.ports import NoIdentitySource, PersonStatus
from shimin.capabilities.identity.queries import get_account_view, get_subject, has_consent
from shimin.capabilities.identity.tests.factories import NOW, actor_of, make_id_number, make_resident
from shimin.capabilities.identity.tests.outbox import emitted, refusals
from shimin.kernel.actor import AssuranceLevel
from shimin.kernel.errors import LevelRequired
from shimin.kernel.testing import count_statements
from shimin.kernel.values.id_numbers import IdNumberCheckDigit, IdNumberForeign, check_digit
from shimin.kernel.values.names import NameInvalid

pytestmark = pytest.mark.django_db
CARD = "A12345678"


def claim(name, id_number, *, second=SecondSource.SOCIAL_CARD, value=CARD, consents=True):
    return RealNameClaim(name=name, id_number=id_number, second=second, second_value=value, consents=consents)


def prove(resident, *args, now=NOW, **changes):
    return prove_real_name(actor=resident.actor, claim=claim(*args, **changes), now=now)


@pytest.fixture
def newcomer():
    return make_resident(level=1)


def test_lifts_account_and_session_to_level_two(newcomer, registers):
    number = make_id_number()
    registers.add("周晓敏", number)
    opened = prove(newcomer, " 周晓敏 ", number.lower(), value=" a1234 5678 ")
    actor = actor_of(opened.token)
    assert actor.level is AssuranceLevel.REAL_NAME
    assert actor.session_id == newcomer.session_id
    subject = get_subject(actor)
    assert (subject.name, subject.id_number, subject.phone) == ("周晓敏", number, newcomer.phone)
    assert subject.person_id == actor.person_id
    view = get_account_view(actor, NOW)
    assert (view.name, view.method, view.level) == ("周*敏", "population+social_card", AssuranceLevel.REAL_NAME)
    assert number not in repr(view)
    assert emitted("identity.real_name_verified")[0]["level"] == 2


def test_the_old_token_is_worthless_afterwards(newcomer, registers):
    number = make_id_number()
    registers.add("周晓敏", number)
    prove(newcomer, "周晓敏", number)
    with pytest.raises(AssertionError, match="ended"):
        actor_of(newcomer.token)


@pytest.mark.parametrize("name", ["阿依古丽•买买提", "阿依古丽・买买提", "阿依古丽·买买提"])
def test_takes_the_dot_of_a_name_however_it_is_typed(newcomer, registers, name):
    number = make_id_number()
    registers.add("阿依古丽·买买提", number)
    assert prove(newcomer, name, number).actor.level is AssuranceLevel.REAL_NAME


def test_takes_rare_characters(newcomer, registers):
    number = make_id_number()
    registers.add("欧阳𠮷月", number)
    assert get_subject(prove(newcomer, "欧阳𠮷月", number).actor).name == "欧阳𠮷月"


def test_asks_nobody_about_a_number_with_a_wrong_check_digit(newcomer, registers):
    number = make_id_number()
    wrong = number[:17] + ("1" if number[17] != "1" else "2")
    with pytest.raises(IdNumberCheckDigit) as refused:
        prove(newcomer, "周晓敏", wrong)
    assert "id_number" in refused.value.fields
    assert registers.asked == []


def test_sends_foreigners_to_their_own_paper(newcomer, registers):
    with pytest.raises(IdNumberForeign) as refused:
        prove(newcomer, "周晓敏", "911124198108030024")
    assert "外国人永久居留身份证" in refused.value.mend


@pytest.mark.parametrize(("birth", "is_refused"), [("20121123", True), ("20121122", False), ("20081101", False)])
def test_asks_for_a_guardian_below_fourteen(newcomer, registers, birth, is_refused):
    number = make_id_number(birth=birth)
    registers.add("林小满", number)
    if is_refused:
        with pytest.raises(MinorNeedsGuardian) as refused:
            prove(newcomer, "林小满", number)
        assert "监护人" in refused.value.mend
    else:
        assert prove(newcomer, "林小满", number).actor.level is AssuranceLevel.REAL_NAME


@pytest.mark.parametrize("status", [PersonStatus.DECEASED, PersonStatus.CANCELLED])
def test_refuses_a_person_the_register_has_closed(newcomer, registers, status):
    number = make_id_number()
    registers.add("谭德光", number)
    registers.status = status
    with pytest.raises(PersonNotActive):
        prove(newcomer, "谭德光", number)


def test_refuses_a_name_that_is_not_the_numbers(newcomer, registers):
    number = make_id_number()
    registers.add("周晓敏", number)
    with pytest.raises(NameMismatch):
        prove(newcomer, "周小敏", number)
    assert Person.objects.count() == 0
    assert refusals() == ["identity.name_mismatch"]


def test_refuses_a_second_number_of_somebody_else(newcomer, registers):
    number = make_id_number()
    registers.add("周晓敏", number)
    with pytest.raises(SecondMismatch) as refused:
        prove(newcomer, "周晓敏", number, value="B87654321")
    assert "second_value" in refused.value.fields
    assert Account.objects.get(id=newcomer.account_id).level == 1


@pytest.mark.parametrize("value", ["", "12345", "x" * 20_000, "😀😀😀😀😀😀", "'; DROP TABLE identity_person; --"])
def test_refuses_a_second_number_that_cannot_be_one(newcomer, registers, value):
    with pytest.raises(SecondNumberInvalid):
        prove(newcomer, "周晓敏", make_id_number(), value=value)


@pytest.mark.parametrize("name", ["", "周", "Zhou", "周晓敏<script>", "周\r\n敏x", "敏" * 20_000, "😀😀"])
def test_refuses_what_is_no_name(newcomer, registers, name):
    with pytest.raises(NameInvalid):
        prove(newcomer, name, make_id_number())


def test_asks_for_consent_and_keeps_it(newcomer, registers):
    number = make_id_number()
    registers.add("周晓敏", number)
    with pytest.raises(ConsentRequired):
        prove(newcomer, "周晓敏", number, consents=False)
    assert registers.asked == []
    opened = prove(newcomer, "周晓敏", number)
    assert has_consent(opened.actor, REAL_NAME_PURPOSE)


def test_a_register_that_is_down_changes_nothing(newcomer, registers):
    registers.down = True
    with pytest.raises(RegisterSilent):
        prove(newcomer, "周晓敏", make_id_number())
    assert actor_of(newcomer.token).level is AssuranceLevel.PHONE


def test_an_installation_without_registers_says_so(newcomer):
    with pytest.raises(NoIdentitySource) as refused:
        prove(newcomer, "周晓敏", make_id_number())
    assert "窗口" in refused.value.mend


def test_a_person_has_one_account_and_nobody_learns_whose(newcomer, registers):
    first = make_resident(level=2)
    registers.add(first.name, first.id_number)
    with pytest.raises(PersonTaken) as refused:
        prove(newcomer, first.name, first.id_number)
    assert first.phone[-4:] not in refused.value.message + refused.value.mend


def test_an_account_never_becomes_another_person(registers):
    resident, other = make_resident(level=2), make_id_number()
    registers.add("陈志远", other)
    with pytest.raises(OtherPersonProved):
        prove(resident, "陈志远", other)


def test_proving_again_renews_the_proof_and_the_name(registers):
    resident = make_resident(level=2)
    later = NOW + timedelta(days=1)
    registers.add("周敏", resident.id_number)
    actor = prove(resident, "周敏", resident.id_number, now=later).actor
    assert actor.person_id == resident.person_id
    assert get_subject(actor).name == "周敏"
    assert LevelProof.objects.filter(account_id=resident.account_id, level=2).count() == 2
    assert Account.objects.get(id=resident.account_id).level_until == later + timedelta(days=730)


def test_registers_are_no_way_to_try_out_numbers(newcomer, registers):
    for _ in range(10):
        with pytest.raises(NameMismatch):
            prove(newcomer, "周晓敏", make_id_number())
    with pytest.raises(RealNameThrottled):
        prove(newcomer, "周晓敏", make_id_number())


def test_a_subject_needs_the_level_of_the_session(newcomer):
    with pytest.raises(LevelRequired):
        get_subject(newcomer.actor)


def test_a_subject_costs_one_statement():
    resident = make_resident(level=2)
    with count_statements() as seen:
        get_subject(resident.actor)
    assert seen.count == 1


def test_nothing_personal_stands_in_clear(registers):
    resident = make_resident(level=2)
    with connection.cursor() as cursor:
        for table in ("account", "person", "person_handle", "login_handle", "level_proof"):
            cursor.execute(f"SELECT * FROM identity_{table}")
            text = repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()])
            for secret in (resident.id_number, resident.phone, resident.name, resident.id_number[6:14]):
                assert secret not in text
                assert repr(secret.encode())[2:-1] not in text


def test_check_digit_helper_agrees_with_the_parser():
    number = make_id_number()
    assert check_digit(number[:17]) == number[17]
