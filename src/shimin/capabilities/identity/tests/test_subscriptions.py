"""What the worker does when identity's events arrive."""

from datetime import timedelta

import pytest

from shimin.capabilities.identity.cards import real_name_card
from shimin.capabilities.identity.events import AccountRegistered, PasswordChanged, RealNameVerified, SignedIn
from shimin.capabilities.identity.models import KnownDevice, Session, VerificationCode
from shimin.capabilities.identity.operations.forgetting import forget_old
from shimin.capabilities.identity.subscriptions import (
    on_account_registered,
    on_password_changed,
    on_real_name_verified,
    on_signed_in,
)
from shimin.capabilities.identity.tests.factories import NOW, make_officer, make_phone, make_resident
from shimin.capabilities.identity.tests.test_registration import ask
from shimin.capabilities.notices.queries import list_notices
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.events import Delivery

pytestmark = pytest.mark.django_db
DELIVERY = Delivery(1, "identity.account", 1, 1, NOW)


def titles(resident):
    return [row.title for row in list_notices(resident.actor)]


def test_each_event_becomes_a_message_in_the_right_inbox():
    resident, other = make_resident(), make_resident()
    account_id = resident.account_id
    with scope(SYSTEM):
        on_account_registered(AccountRegistered(account_id=account_id), DELIVERY)
        on_real_name_verified(RealNameVerified(account_id=account_id, person_id=1, level=2, method="x"), DELIVERY)
        on_password_changed(PasswordChanged(account_id=account_id), DELIVERY)
    assert titles(resident) == ["密码已修改", "实名核实完成", "欢迎来到市民之家"]
    assert titles(other) == []


def test_warns_of_an_unknown_device_only():
    resident = make_resident()
    for is_new, session_id in ((False, resident.session_id), (True, resident.session_id), (True, 1)):
        with scope(SYSTEM):
            event = SignedIn(account_id=resident.account_id, session_id=session_id, is_new_device=is_new)
            on_signed_in(event, DELIVERY)
    assert titles(resident) == ["新设备登录提醒"]
    assert "Chrome · Windows" in list_notices(resident.actor)[0].text


def test_forgets_what_has_served_its_time():
    make_resident()
    ask(make_phone())
    assert forget_old(NOW + timedelta(days=180)) == {"codes": 1, "challenges": 0, "sessions": 0, "devices": 0}
    assert forget_old(NOW + timedelta(days=211)) == {"codes": 0, "challenges": 0, "sessions": 1, "devices": 0}
    assert forget_old(NOW + timedelta(days=401)) == {"codes": 0, "challenges": 0, "sessions": 0, "devices": 1}
    assert [model.objects.count() for model in (VerificationCode, Session, KnownDevice)] == [0, 0, 0]


def test_invites_to_prove_the_name_until_it_is_proved():
    newcomer, proved = make_resident(level=1), make_resident(level=2)
    (card,) = real_name_card(newcomer.actor, NOW)
    assert card.tone == "attention"
    for actor in (proved.actor, ANONYMOUS, make_officer().actor):
        assert list(real_name_card(actor, NOW)) == []
