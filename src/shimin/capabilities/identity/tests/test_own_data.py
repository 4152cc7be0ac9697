from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from shimin.capabilities.identity.domain import AccountKind
from shimin.capabilities.identity.models import Account, LoginHandle, Mandate, Person, PersonHandle
from shimin.capabilities.identity.operations.mandates.agreeing import OfferTerms, accept_offer, offer_mandate
from shimin.capabilities.identity.operations.own_data import (
    ClosingUnderstood,
    close_account,
    erase_parts,
    export_own_data,
)
from shimin.capabilities.identity.operations.signing_in import PasswordWrong, SignInRefused, sign_in
from shimin.capabilities.identity.personal_data import personal_data_parts
from shimin.capabilities.identity.queries.mandates import list_mandates
from shimin.capabilities.identity.tests.apps import give_app
from shimin.capabilities.identity.tests.factories import CLIENT, NOW, PASSWORD, actor_of, make_resident
from shimin.capabilities.identity.tests.outbox import emitted
from shimin.capabilities.notices.public import send_notice
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import LevelRequired, SignInRequired
from shimin.kernel.models import AuditRecord
from shimin.kernel.tables import TableKind

pytestmark = pytest.mark.django_db


def close(resident, password=PASSWORD, *, understood=True):
    return close_account(actor=resident.actor, password=password, understood=understood, now=NOW)


def test_every_table_of_people_has_somebody_who_answers_for_it():
    """Of each capability that registered a part; one that keeps people's rows and registered none is named here."""
    answered = {table for part in personal_data_parts() for table in part.tables}
    covered_apps = {table.partition("_")[0] for table in answered}
    people = {
        model._meta.db_table
        for model in apps.get_models()
        if getattr(model, "kind", None) is TableKind.PERSON and model._meta.app_label in covered_apps
    }
    assert people - answered == set()


def test_takes_along_everything_unmasked(registers):
    resident = make_resident()
    with scope(SYSTEM):
        send_notice(account_id=resident.account_id, template="identity.welcome", values={}, now=NOW)
    told = export_own_data(actor=resident.actor, now=NOW)
    account = told["parts"]["identity"]["rows"][0]
    assert (account["phone"], account["name"], account["id_number"]) == (
        resident.phone, "周晓敏", resident.id_number,
    )  # fmt: skip
    kinds = {row["kind"] for row in told["parts"]["identity"]["rows"]}
    assert kinds >= {"account", "proof", "device", "session"}
    assert [len(row) for row in told["parts"]["notices"]["rows"]] == [1, 4]  # how one is told, and one message
    with scope(SYSTEM):
        assert AuditRecord.objects.filter(action="identity.export_data", account_id=resident.account_id).exists()


def test_a_lent_phone_takes_no_copy_along():
    resident = make_resident()
    later = NOW + timedelta(hours=13)
    with pytest.raises(LevelRequired):
        export_own_data(actor=actor_of(resident.token, now=later), now=later)


def test_closing_erases_who_it_was():
    resident = make_resident()
    give_app(resident.account_id)
    receipt = close(resident)
    account = Account.objects.get(id=resident.account_id)
    assert (account.status, bytes(account.phone), account.password, account.level) == ("closed", b"", "", 0)
    person = Person.objects.get(id=resident.person_id or 0)
    assert (bytes(person.name), bytes(person.id_number)) == (b"", b"")
    assert not LoginHandle.objects.filter(account=account).exists()
    assert not PersonHandle.objects.filter(person=person).exists()
    with pytest.raises(AssertionError):
        actor_of(resident.token)
    with pytest.raises(SignInRefused):
        sign_in(
            actor=ANONYMOUS, kind=AccountKind.CITIZEN, name=resident.phone, password=PASSWORD, client=CLIENT, now=NOW
        )
    with scope(SYSTEM):
        assert AuditRecord.objects.get(id=receipt).action == "identity.close_account"


def test_nothing_that_names_the_person_is_left_in_any_table():
    """The sealed phone, name and number, and the hashes they are found by, are gone from the whole database."""
    resident = make_resident()
    account = Account.objects.select_related("person").get(id=resident.account_id)
    assert account.person is not None
    secrets = [bytes(account.phone), bytes(account.person.name), bytes(account.person.id_number)]
    secrets += [
        bytes(LoginHandle.objects.get(account=account).hash),
        bytes(PersonHandle.objects.get(account=account).hash),
    ]
    close(resident)
    left = []
    for model in apps.get_models():
        if not model.__module__.startswith("shimin."):
            continue
        for field in model._meta.concrete_fields:
            if field.get_internal_type() == "BinaryField":
                with connection.cursor() as cursor:
                    cursor.execute(
                        f'SELECT count(*) FROM "{model._meta.db_table}" WHERE "{field.column}" = ANY (%s)', [secrets]
                    )
                    left += [model._meta.db_table] * cursor.fetchone()[0]
    assert left == []


def test_the_other_parts_follow_by_event(registers):
    resident = make_resident()
    with scope(SYSTEM):
        send_notice(account_id=resident.account_id, template="identity.welcome", values={}, now=NOW)
    close(resident)
    [told] = emitted("identity.account_closed")
    erased = erase_parts(account_id=told["account_id"], person_id=told["person_id"], now=NOW)
    assert erased["notices"] == 1
    assert erase_parts(account_id=told["account_id"], person_id=told["person_id"], now=NOW)["notices"] == 0


def test_mandates_end_on_both_sides():
    mother, daughter = make_resident(), make_resident()
    terms = OfferTerms("parent", ["*"], NOW + timedelta(days=9))
    accept_offer(actor=daughter.actor, code=offer_mandate(actor=mother.actor, terms=terms, now=NOW), now=NOW)
    close(mother)
    assert not Mandate.objects.filter(state="active").exists()
    [past] = list_mandates(daughter.actor, NOW).past
    assert past.principal == "已注销的市民"


def test_needs_password_and_understanding():
    resident = make_resident()
    with pytest.raises(PasswordWrong):
        close(resident, "guess")
    with pytest.raises(ClosingUnderstood):
        close(resident, understood=False)
    close(resident)
    with pytest.raises((SignInRequired, PasswordWrong)):
        close(resident)


def test_pages(browser):
    resident = make_resident()
    browser.cookies["shimin_session"] = resident.token
    assert "下载全部" in browser.get("/me/data").content.decode()
    taken = browser.post("/me/data/export")
    assert taken["Content-Disposition"].startswith("attachment")
    assert resident.id_number in taken.content.decode()
    assert browser.get("/me/data/export").status_code == 405
    assert browser.post("/me/data/close", {"password": "guess", "understood": "on"}).status_code == 422
    done = browser.post("/me/data/close", {"password": PASSWORD, "understood": "on"})
    assert "账号已注销" in done.content.decode()
    assert browser.get("/me/data").status_code == 302


def test_the_same_by_json(browser):
    resident = make_resident()
    headers = {"Authorization": f"Bearer {resident.token}"}
    told = browser.post("/api/v1/me/data/exports", headers=headers)
    assert told.json()["parts"]["identity"]["rows"][0]["phone"] == resident.phone
    body = {"password": PASSWORD, "understood": True}
    done = browser.post("/api/v1/me/closure", body, content_type="application/json", headers=headers)
    assert done.json()["receipt"].isdigit()
    assert browser.get("/api/v1/me", headers=headers).status_code == 401
