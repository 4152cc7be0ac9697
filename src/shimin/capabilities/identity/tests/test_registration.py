from datetime import timedelta

import pytest

from shimin.capabilities.identity.domain import AccountKind, CodePurpose
from shimin.capabilities.identity.models import Account, Session
from shimin.capabilities.identity.operations.codes import CodeRejected, request_code
from shimin.capabilities.identity.operations.limits import CodeThrottled
from shimin.capabilities.identity.operations.registration import register, reset_password
from shimin.capabilities.identity.operations.signing_in import sign_in
from shimin.capabilities.identity.passwords import WeakPassword
from shimin.capabilities.identity.queries import find_session_actor, get_account_view
from shimin.capabilities.identity.tests.factories import CLIENT, NOW, PASSWORD, actor_of, make_phone, make_resident
from shimin.capabilities.identity.tests.phones import latest_code, latest_text
from shimin.kernel.actor import ANONYMOUS, AssuranceLevel
from shimin.kernel.values.phones import PhoneInvalid

pytestmark = pytest.mark.django_db


def ask(phone, purpose=CodePurpose.REGISTER, now=NOW):
    return request_code(actor=ANONYMOUS, phone=phone, purpose=purpose, client=CLIENT, now=now)


def open_account(phone, code, password=PASSWORD, now=NOW):
    return register(actor=ANONYMOUS, phone=phone, code=code, password=password, client=CLIENT, now=now)


def test_opens_an_account_at_level_one_and_signs_it_in():
    phone = make_phone()
    ask(phone)
    opened = open_account(phone, latest_code())
    actor = actor_of(opened.token)
    assert actor == opened.actor
    assert actor.level is AssuranceLevel.PHONE
    assert get_account_view(actor, NOW).phone == phone[:3] + "****" + phone[-4:]


def test_takes_the_phone_as_people_type_it():
    assert ask(" +86 139-1234-5678 ") == "13912345678"


@pytest.mark.parametrize("phone", ["", "1391234567", "😀" * 11, "1" * 20_000, "13912345678'; DROP TABLE x; --"])
def test_refuses_what_is_no_phone(phone):
    with pytest.raises(PhoneInvalid):
        ask(phone)


def test_says_the_same_for_a_phone_with_an_account_and_tells_its_owner_only():
    resident = make_resident(level=1)
    assert ask(resident.phone) == resident.phone
    assert "已经有账号" in latest_text()
    with pytest.raises(CodeRejected):
        open_account(resident.phone, "123456")
    assert Account.objects.count() == 1


def test_a_code_is_spent_once():
    phone = make_phone()
    ask(phone)
    code = latest_code()
    open_account(phone, code)
    with pytest.raises(CodeRejected):
        open_account(phone, code)


def test_a_code_is_bound_to_its_phone_and_purpose():
    phone, resident = make_phone(), make_resident()
    ask(phone)
    code = latest_code()
    with pytest.raises(CodeRejected):
        open_account(make_phone(), code)
    with pytest.raises(CodeRejected):
        reset_password(
            actor=ANONYMOUS, phone=resident.phone, code=code, password=PASSWORD, client=CLIENT, now=NOW
        )  # fmt: skip


def test_a_code_runs_out_after_ten_minutes():
    phone = make_phone()
    ask(phone)
    with pytest.raises(CodeRejected):
        open_account(phone, latest_code(), now=NOW + timedelta(minutes=10))


def test_a_code_bears_five_tries():
    phone = make_phone()
    ask(phone)
    code = latest_code()
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        with pytest.raises(CodeRejected):
            open_account(phone, wrong)
    with pytest.raises(CodeRejected):
        open_account(phone, code)


def test_a_weak_password_leaves_the_code_good():
    phone = make_phone()
    ask(phone)
    code = latest_code()
    for weak in ("short", "12345678", "Password123", "aaaaaaaaaa", f"x{phone}x", "😀" * 200):
        with pytest.raises(WeakPassword):
            open_account(phone, code, password=weak)
    assert open_account(phone, code, password="密码也可以是汉字的吧").actor.account_id


def test_sends_one_code_a_minute_to_a_phone():
    phone = make_phone()
    ask(phone)
    with pytest.raises(CodeThrottled) as limit:
        ask(phone)
    assert limit.value.retry_after_seconds in range(1, 61)
    ask(phone, now=NOW + timedelta(minutes=1))


def test_a_new_password_ends_all_sessions_and_asks_for_the_name_again():
    resident = make_resident(level=2)
    ask(resident.phone, CodePurpose.RESET_PASSWORD)
    opened = reset_password(
        actor=ANONYMOUS, phone=resident.phone, code=latest_code(), password="Juzizhou-2027", client=CLIENT, now=NOW
    )  # fmt: skip
    assert find_session_actor(token=resident.token, channel="web", now=NOW) is None
    assert actor_of(opened.token).level is AssuranceLevel.PHONE
    assert Session.objects.filter(account_id=resident.account_id, ended_at=None).count() == 1
    again = sign_in(
        actor=ANONYMOUS, kind=AccountKind.CITIZEN, name=resident.phone, password="Juzizhou-2027", client=CLIENT, now=NOW
    )
    assert again.actor.level is AssuranceLevel.PHONE


def test_a_reset_for_an_unknown_phone_says_the_same_and_sends_no_code():
    phone = make_phone()
    assert ask(phone, CodePurpose.RESET_PASSWORD) == phone
    assert "还没有注册" in latest_text()
