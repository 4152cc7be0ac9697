from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from shimin.capabilities.identity.models import Account, Session, StaffGrant
from shimin.capabilities.identity.tests.factories import make_officer, make_resident
from shimin.kernel.testing import count_statements

pytestmark = pytest.mark.django_db


def give(browser, opened, name="shimin_session"):
    browser.cookies[name] = opened.token


def text(browser, path):
    return browser.get(path).content.decode()


@pytest.mark.parametrize("token", ["", "short", "*" * 43, "a" * 42 + "é", "x" * 20_000])
def test_a_guest_costs_no_statement(browser, token):
    browser.cookies["shimin_session"] = token
    with count_statements() as seen:
        assert text(browser, "/t/quick") == "anonymous 0 no scope"
    assert seen.count == 0


def test_a_signed_in_request_costs_one_statement(browser):
    give(browser, make_resident(level=2).session)
    with count_statements() as seen:
        assert text(browser, "/t/proved") == "citizen 2 scope"
    assert seen.count == 1


def test_pages_are_read_in_the_actors_scope(browser):
    assert text(browser, "/t/all") == "anonymous 0 scope"
    give(browser, make_resident(level=1).session)
    assert text(browser, "/t/citizens") == "citizen 1 scope"
    assert browser.post("/t/citizens").content.decode() == "citizen 1 no scope"


def test_a_guest_is_sent_to_sign_in_and_back(browser):
    response = browser.get("/t/citizens?tab=1")
    assert response.status_code == 302
    assert response["Location"] == "/account/sign-in?next=/t/citizens%3Ftab%3D1"


def test_a_low_level_is_sent_to_the_real_name_and_back(browser):
    give(browser, make_resident(level=1).session)
    assert browser.get("/t/proved")["Location"] == "/account/real-name?next=/t/proved"


def test_a_level_falls_back_when_the_step_up_runs_out(browser, at):
    give(browser, make_resident(level=2).session)
    at.now += timedelta(hours=12)
    assert text(browser, "/t/citizens") == "citizen 1 scope"


def test_a_level_falls_back_when_the_proof_runs_out(browser, at):
    resident = make_resident(level=2)
    Account.objects.filter(id=resident.account_id).update(level_until=at.now)
    give(browser, resident.session)
    assert text(browser, "/t/citizens") == "citizen 1 scope"


@pytest.mark.parametrize(("used_after_days", "is_open"), [((6,), True), ((7,), False), ((6, 12, 18, 24, 29), True)])
def test_a_session_ends_without_use_for_a_week(browser, at, used_after_days, is_open):
    give(browser, make_resident(level=1).session)
    start = at.now
    for days in used_after_days:
        at.now = start + timedelta(days=days)
        status = browser.get("/t/citizens").status_code
    assert (status == 200) is is_open


def test_a_session_ends_after_thirty_days_of_use(browser, at):
    give(browser, make_resident(level=1).session)
    for _ in range(30):
        at.now += timedelta(days=1)
        status = browser.get("/t/citizens").status_code
    assert status == 302


def test_last_use_is_written_once_a_minute(browser, at):
    resident = make_resident()
    give(browser, resident.session)
    at.now += timedelta(seconds=59)
    browser.get("/t/citizens")
    session = Session.objects.get(id=resident.session_id)
    assert session.last_seen_at == session.created_at
    at.now += timedelta(seconds=1)
    browser.get("/t/citizens")
    session.refresh_from_db()
    assert session.last_seen_at == at.now


def test_a_closed_account_has_no_open_session(browser):
    resident = make_resident()
    Account.objects.filter(id=resident.account_id).update(status="closed")
    give(browser, resident.session)
    assert browser.get("/t/citizens").status_code == 302


def test_staff_and_citizens_have_different_doors(browser):
    officer, resident = make_officer(), make_resident()
    give(browser, officer)  # the desk's token in the citizens' cookie
    assert browser.get("/t/citizens").status_code == 302
    give(browser, resident.session, "shimin_desk")
    assert browser.get("/desk/t/staff").status_code == 302
    give(browser, officer, "shimin_desk")
    give(browser, resident.session)
    assert text(browser, "/desk/t/staff") == "staff 0 scope"
    assert text(browser, "/t/citizens") == "citizen 2 scope"


def test_the_desk_asks_for_the_role(browser, at):
    officer = make_officer("catalogue.editor")
    give(browser, officer, "shimin_desk")
    assert browser.get("/desk/t/staff").status_code == 200
    assert browser.get("/desk/t/officers").status_code == 403
    StaffGrant.objects.filter(account__account_kind="staff").update(role="enquiries.officer")
    assert browser.get("/desk/t/officers").status_code == 200
    StaffGrant.objects.filter(account__account_kind="staff").update(ends_at=at.now)
    assert browser.get("/desk/t/officers").status_code == 403


def test_a_page_that_declares_nothing_is_closed(browser):
    with pytest.raises(ImproperlyConfigured, match="declares no access"):
        browser.get("/t/forgotten")


def test_a_bearer_token_opens_the_api_and_no_page(browser):
    resident = make_resident()
    header = {"Authorization": f"Bearer {resident.token}"}
    assert browser.get("/api/v1/me", headers=header).status_code == 200
    assert browser.get("/t/citizens", headers=header).status_code == 302


def test_a_stale_bearer_token_is_refused_as_a_problem(browser):
    response = browser.get("/api/v1/me", headers={"Authorization": "Bearer " + "A" * 43})
    assert response.status_code == 401
    assert response.json()["code"] == "identity.token_refused"


def test_a_staff_token_is_nobody_on_citizens_routes(browser):
    header = {"Authorization": f"Bearer {make_officer().token}"}
    assert browser.get("/api/v1/me", headers=header).status_code == 404


def test_the_cookie_changes_nothing_by_api_without_the_csrf_token(browser):
    resident = make_resident()
    strict = type(browser)(enforce_csrf_checks=True)
    strict.cookies["shimin_session"] = resident.token
    assert strict.delete("/api/v1/me/sessions/current").status_code == 403
    header = {"Authorization": f"Bearer {resident.token}"}
    assert strict.delete("/api/v1/me/sessions/current", headers=header).status_code == 204
