from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from shimin.capabilities.identity.domain import AccountKind, CodePurpose
from shimin.capabilities.identity.models import Account, CodeGenerator, RecoveryCode
from shimin.capabilities.identity.operations.codes import request_code
from shimin.capabilities.identity.operations.factors import enrolling
from shimin.capabilities.identity.operations.factors.codes import SecondFactorRejected
from shimin.capabilities.identity.operations.factors.second_step import enrol_and_sign_in, finish_sign_in
from shimin.capabilities.identity.operations.factors.tickets import SecondFactorRequired, TicketExpired, open_ticket
from shimin.capabilities.identity.operations.limits import SignInThrottled
from shimin.capabilities.identity.operations.registration import reset_password
from shimin.capabilities.identity.operations.signing_in import SignInRefused, sign_in
from shimin.capabilities.identity.tests.apps import App, give_app
from shimin.capabilities.identity.tests.factories import (
    CLIENT,
    NOW,
    PASSWORD,
    actor_of,
    make_officer,
    make_resident,
)
from shimin.capabilities.identity.tests.outbox import emitted
from shimin.capabilities.identity.tests.phones import latest_code
from shimin.kernel.actor import ANONYMOUS, AssuranceLevel
from shimin.kernel.db import scope
from shimin.kernel.testing import connect_as

pytestmark = pytest.mark.django_db


def ticket_for(name, *, kind=AccountKind.CITIZEN, password=PASSWORD, client=CLIENT, now=NOW):
    with pytest.raises(SecondFactorRequired) as needed:
        sign_in(actor=ANONYMOUS, kind=kind, name=name, password=password, client=client, now=now)
    return needed.value


def finish(ticket, code, *, kind=AccountKind.CITIZEN, client=CLIENT, now=NOW):
    return finish_sign_in(actor=ANONYMOUS, kind=kind, ticket=ticket, code=code, client=client, now=now)


def test_password_alone_opens_nothing_once_an_app_is_enrolled():
    resident = make_resident()
    app, _ = give_app(resident.account_id)
    opened = finish(ticket_for(resident.phone).ticket, app.code())
    assert actor_of(opened.token).level is AssuranceLevel.REAL_NAME


def test_a_code_is_good_once():
    resident = make_resident()
    app, _ = give_app(resident.account_id)
    finish(ticket_for(resident.phone).ticket, app.code())
    with pytest.raises(SecondFactorRejected):
        finish(ticket_for(resident.phone).ticket, app.code())
    assert finish(ticket_for(resident.phone).ticket, app.code(later=1)).token


@pytest.mark.parametrize("later", [-3, 3, 20])
def test_refuses_a_code_of_another_time(later):
    resident = make_resident()
    app, _ = give_app(resident.account_id)
    with pytest.raises(SecondFactorRejected):
        finish(ticket_for(resident.phone).ticket, app.code(later=later))


@pytest.mark.parametrize("code", ["", "000000x", "１２３４５６７", "0" * 5000, "' or 1=1 --", "\0"])
def test_refuses_what_is_no_code(code):
    resident = make_resident()
    give_app(resident.account_id)
    with pytest.raises(SecondFactorRejected):
        finish(ticket_for(resident.phone).ticket, code)


def test_a_recovery_code_opens_once_and_keeps_the_level():
    resident = make_resident()
    _, codes = give_app(resident.account_id)
    opened = finish(ticket_for(resident.phone).ticket, codes[3].upper().replace("-", " "))
    assert actor_of(opened.token).level is AssuranceLevel.REAL_NAME
    with pytest.raises(SecondFactorRejected):
        finish(ticket_for(resident.phone).ticket, codes[3])


def test_a_recovery_code_of_another_account_is_nothing():
    mine, other = make_resident(), make_resident()
    give_app(mine.account_id)
    _, codes = give_app(other.account_id)
    with pytest.raises(SecondFactorRejected):
        finish(ticket_for(mine.phone).ticket, codes[0])


def test_wrong_codes_are_counted_apart_for_a_known_device():
    resident = make_resident()
    app, _ = give_app(resident.account_id)
    owner = replace(CLIENT, device_token=resident.session.device_token)
    for _ in range(10):
        with pytest.raises(SecondFactorRejected):
            finish(ticket_for(resident.phone).ticket, "000000")
    with pytest.raises(SignInThrottled):
        finish(ticket_for(resident.phone).ticket, app.code())
    assert finish(ticket_for(resident.phone, client=owner).ticket, app.code(), client=owner).token


def test_a_ticket_ends_with_the_password_and_with_time():
    resident = make_resident()
    app, _ = give_app(resident.account_id)
    ticket = ticket_for(resident.phone).ticket
    with pytest.raises(TicketExpired):
        finish(ticket, app.code(), now=NOW + timedelta(minutes=11))
    Account.objects.filter(id=resident.account_id).update(password_changed_at=NOW + timedelta(seconds=1))
    with pytest.raises(TicketExpired):
        finish(ticket, app.code())


@pytest.mark.parametrize("text", ["", "x", "AAAA", "é", "A" * 9_000])
def test_a_made_up_ticket_is_none(text):
    with pytest.raises(TicketExpired):
        finish(text, "000000")


def test_a_ticket_of_one_door_opens_no_other():
    resident = make_resident()
    app, _ = give_app(resident.account_id)
    with pytest.raises(TicketExpired):
        finish(ticket_for(resident.phone).ticket, app.code(), kind=AccountKind.STAFF)


def test_staff_must_enrol_before_the_desk_opens():
    make_officer(login="li.na")
    needed = ticket_for("li.na", kind=AccountKind.STAFF)
    assert needed.must_enrol
    app = App(open_ticket(needed.ticket, AccountKind.STAFF, NOW).secret)
    with pytest.raises(SecondFactorRejected):
        enrol_and_sign_in(actor=ANONYMOUS, ticket=needed.ticket, code="000000", client=CLIENT, now=NOW)
    opened, codes = enrol_and_sign_in(actor=ANONYMOUS, ticket=needed.ticket, code=app.code(), client=CLIENT, now=NOW)
    assert actor_of(opened.token).has_role("enquiries.officer")
    assert len(set(codes)) == 10
    assert not ticket_for("li.na", kind=AccountKind.STAFF).must_enrol


def test_a_second_tab_cannot_enrol_another_app():
    make_officer(login="li.na")
    first, second = (ticket_for("li.na", kind=AccountKind.STAFF).ticket for _ in range(2))
    for ticket, expected in ((first, None), (second, TicketExpired)):
        app = App(open_ticket(ticket, AccountKind.STAFF, NOW).secret)
        if expected is None:
            enrol_and_sign_in(actor=ANONYMOUS, ticket=ticket, code=app.code(), client=CLIENT, now=NOW)
        else:
            with pytest.raises(expected):
                enrol_and_sign_in(actor=ANONYMOUS, ticket=ticket, code=app.code(), client=CLIENT, now=NOW)


def test_a_forgotten_password_keeps_the_level_behind_a_second_factor():
    resident = make_resident()
    _, codes = give_app(resident.account_id)
    request_code(actor=ANONYMOUS, phone=resident.phone, purpose=CodePurpose.RESET_PASSWORD, client=CLIENT, now=NOW)
    code = latest_code()
    with pytest.raises(SecondFactorRequired) as needed:
        reset_password(
            actor=ANONYMOUS, phone=resident.phone, code=code, password="a-new-one-2026", client=CLIENT, now=NOW
        )
    opened = finish(needed.value.ticket, codes[0])
    assert actor_of(opened.token).level is AssuranceLevel.REAL_NAME
    with pytest.raises(SignInRefused):
        sign_in(
            actor=ANONYMOUS, kind=AccountKind.CITIZEN, name=resident.phone, password=PASSWORD, client=CLIENT, now=NOW
        )


def test_enrols_removes_and_tells():
    resident = make_resident()
    offer = enrolling.offer_generator(actor=resident.actor, name="139****", now=NOW)
    app = App(offer.secret)
    codes = enrolling.enrol_generator(
        actor=resident.actor, sealed=offer.sealed, code=app.code(), password=PASSWORD, now=NOW
    )
    renewed = enrolling.replace_recovery_codes(actor=resident.actor, password=PASSWORD, now=NOW)
    with pytest.raises(SecondFactorRejected):
        enrolling.remove_generator(actor=resident.actor, password=PASSWORD, code=codes[0], now=NOW)
    enrolling.remove_generator(actor=resident.actor, password=PASSWORD, code=renewed[0], now=NOW)
    assert not CodeGenerator.objects.exists()
    assert not RecoveryCode.objects.exists()
    changes = [event["change"] for event in emitted("identity.second_factor_changed")]
    assert changes == ["enrolled", "recovery_codes", "removed"]


def test_a_stranger_at_an_open_phone_cannot_enrol_theirs():
    resident = make_resident()
    offer = enrolling.offer_generator(actor=resident.actor, name="139****", now=NOW)
    with pytest.raises(enrolling.SecondFactorNeedsPassword):
        enrolling.enrol_generator(
            actor=resident.actor, sealed=offer.sealed, code=App(offer.secret).code(), password="guess", now=NOW
        )


def test_an_offer_is_one_account_s_and_ends():
    mine, other = make_resident(), make_resident()
    offer = enrolling.offer_generator(actor=mine.actor, name="139****", now=NOW)
    code = App(offer.secret).code()
    for actor, now in ((other.actor, NOW), (mine.actor, NOW + timedelta(hours=1))):
        with pytest.raises(enrolling.OfferExpired):
            enrolling.enrol_generator(actor=actor, sealed=offer.sealed, code=code, password=PASSWORD, now=now)


def test_staff_cannot_do_without():
    officer = make_officer(login="li.na")
    app, _ = give_app(officer.actor.account_id)
    with pytest.raises(enrolling.SecondFactorKept):
        enrolling.remove_generator(actor=officer.actor, password=PASSWORD, code=app.code(), now=NOW)


def test_the_secret_is_sealed_and_out_of_the_citizen_role_s_reach():
    resident = make_resident()
    app, _ = give_app(resident.account_id)
    assert app.secret.encode() not in bytes(CodeGenerator.objects.get().secret)
    with scope(resident.actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_column_privilege('identity_code_generator', 'secret', 'SELECT'),"
            " has_column_privilege('identity_recovery_code', 'hash', 'SELECT')"
        )
        assert cursor.fetchone() == (False, False)


def test_nothing_but_sign_in_counts_can_be_given_back():
    with connect_as("web") as web, web.transaction(force_rollback=True):
        web.execute("SELECT kernel_rate_hit('identity.code.day', 'k', %s)", [NOW])
        web.execute("SELECT identity_give_back_attempt('identity.code.day', 'k', %s)", [NOW])
        assert web.execute("SELECT kernel_rate_hit('identity.code.day', 'k', %s)", [NOW]).fetchone() == (2,)
