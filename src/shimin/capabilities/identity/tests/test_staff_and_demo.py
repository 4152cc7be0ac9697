import dataclasses

import pytest
from django.conf import settings as django_settings

from shimin.capabilities.identity.operations.demo import NotADemo, provide_demo_citizen
from shimin.capabilities.identity.operations.staff import StaffNameTaken, create_staff, end_grants, grant_role
from shimin.capabilities.identity.passwords import WeakPassword
from shimin.capabilities.identity.queries import get_subject, list_staff
from shimin.capabilities.identity.tests.apps import enter_desk
from shimin.capabilities.identity.tests.factories import NOW, PASSWORD, actor_of, make_id_number, make_phone
from shimin.capabilities.identity.tests.test_signing_in import enter
from shimin.kernel.actor import SYSTEM, Grant
from shimin.kernel.errors import InvalidInput, NotFound

pytestmark = pytest.mark.django_db


def create(login="wang.min", password=PASSWORD):
    return create_staff(actor=SYSTEM, login=login, staff_name="王敏", password=password, now=NOW)


def grant(role="enquiries.officer", login="wang.min", agency_id=7):
    grant_role(actor=SYSTEM, login=login, role=role, agency_id=agency_id, region_code="430100", now=NOW)


def held():
    return actor_of(enter_desk("wang.min").token).grants


def test_appoints_within_agency_and_region():
    create()
    assert held() == ()
    grant()
    grant()
    assert held() == (Grant("enquiries.officer", 7, "430100"),)
    assert [staff.grants for staff in list_staff(NOW)] == [held()]


def test_ends_a_role_wherever_it_was_given():
    create()
    grant(agency_id=7)
    grant(agency_id=8)
    assert end_grants(actor=SYSTEM, login="wang.min", role="enquiries.officer", now=NOW) == 2
    assert held() == ()
    assert end_grants(actor=SYSTEM, login="wang.min", role="enquiries.officer", now=NOW) == 0


def test_a_staff_name_is_one_persons():
    create()
    with pytest.raises(StaffNameTaken):
        create()


@pytest.mark.parametrize("login", ["", "ab", "王敏", "Wang", "a" * 41, "x;--"])
def test_refuses_odd_staff_names(login):
    with pytest.raises(InvalidInput):
        create(login)


def test_refuses_weak_passwords_unknown_people_and_odd_roles():
    with pytest.raises(WeakPassword):
        create(password="12345678")
    create()
    with pytest.raises(NotFound):
        grant(login="nobody")
    with pytest.raises(InvalidInput):
        grant(role="boss")


def test_provides_demo_citizens_once_and_in_a_demo_only(settings):
    phone, number = make_phone(), make_id_number()

    def provide():
        return provide_demo_citizen(phone=phone, password=PASSWORD, name="周晓敏", id_number=number, now=NOW)

    assert provide() is True
    assert provide() is False
    assert get_subject(enter(phone).actor).id_number == number
    settings.SHIMIN = dataclasses.replace(django_settings.SHIMIN, demo=False)
    with pytest.raises(NotADemo):
        provide()
