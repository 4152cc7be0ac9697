"""Linking identities at other platforms: at a proven name, in one session, once, and taken away as easily."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client as Browser

from shimin.capabilities.identity.tests.factories import CLIENT, NOW, make_resident
from shimin.capabilities.sign_on import ports
from shimin.capabilities.sign_on.models import LinkAttempt, LinkedIdentity
from shimin.capabilities.sign_on.ports import EntranceRefused
from shimin.capabilities.sign_on.public import end_of_account, forget_old
from shimin.kernel.errors import Unavailable

pytestmark = pytest.mark.django_db


class FakeEntrance:
    """A platform in memory: a code is "who" in plain text."""

    def __init__(self, code: str) -> None:
        self.code, self.title, self.asked, self.down = code, f"平台{code}", 0, False

    def authorise_url(self, *, state: str, back_url: str) -> str:
        return f"https://{self.code}.example/agree?state={state}&back={back_url}"

    def identify(self, *, parameters: Mapping[str, str], back_url: str) -> str:
        self.asked += 1
        assert back_url == f"http://127.0.0.1:8000/me/entrances/{self.code}/back"
        if self.down:
            raise Unavailable
        if "code" not in parameters:
            raise EntranceRefused
        return parameters["code"]


@pytest.fixture(autouse=True)
def platforms(monkeypatch):
    made = {code: FakeEntrance(code) for code in ("one", "two")}
    monkeypatch.setattr(ports, "_entrances", made)
    return made


def press(browser: Browser, address: str):
    page = browser.get("/me/entrances").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    return browser.post(address, {"csrfmiddlewaretoken": token[1] if token else ""})


def start(browser: Browser, entrance: str = "one") -> str:
    """Press "link" and return the state that goes out."""
    page = press(browser, f"/me/entrances/{entrance}/link").content.decode()
    found = re.search(r'content="0;url=([^"]+)"', page)
    assert found, page
    return parse_qs(urlsplit(html.unescape(found[1])).query)["state"][0]


def come_back(browser: Browser, state: str, code: str | None = "anna", entrance: str = "one"):
    values = {"state": state, **({"code": code} if code else {})}
    return browser.get(f"/me/entrances/{entrance}/back", values)


def link(browser: Browser, code: str = "anna", entrance: str = "one"):
    return come_back(browser, start(browser, entrance), code, entrance)


def other_browser(**person) -> Browser:
    browser = Browser(enforce_csrf_checks=True)
    browser.cookies["shimin_session"] = make_resident(**person).token
    return browser


def test_links_and_unlinks(browser, resident):
    assert link(browser).headers["Location"] == "/me/entrances"
    page = browser.get("/me/entrances").content.decode()
    assert "已绑定" in page
    assert "解除" in page
    assert "anna" not in page
    row = LinkedIdentity.objects.get()
    assert (row.account_id, row.entrance) == (resident.account_id, "one")
    assert b"anna" not in bytes(row.hash)
    assert press(browser, "/me/entrances/one/unlink").status_code == 303
    assert not LinkedIdentity.objects.exists()
    assert press(browser, "/me/entrances/one/unlink").status_code == 404
    assert link(browser).status_code == 302


def test_same_name_at_two_platforms_is_two_identities(browser, resident):
    link(browser)
    link(browser, entrance="two")
    assert LinkedIdentity.objects.count() == 2


def test_one_identity_has_one_account(browser, resident):
    link(browser)
    other = other_browser()
    answer = link(other)
    assert answer.status_code == 409
    assert "已经绑定了别的市民账号" in answer.content.decode()
    assert LinkedIdentity.objects.get().account_id == resident.account_id


def test_one_account_has_one_identity_of_a_platform(browser, resident):
    first, second = start(browser), start(browser)
    assert come_back(browser, first, "anna").status_code == 302
    assert come_back(browser, second, "berta").status_code == 409
    assert press(browser, "/me/entrances/one/link").status_code == 409
    assert LinkedIdentity.objects.count() == 1


@pytest.mark.parametrize("address", ["/me/entrances/one/link", "/me/entrances/one/unlink"])
def test_asks_for_a_proven_name_first(at, db, address):
    answer = press(other_browser(level=1), address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/real-name")
    assert not LinkAttempt.objects.exists()


def test_session_that_fell_asks_for_the_password(browser, resident, at):
    at.now += timedelta(hours=13)
    assert press(browser, "/me/entrances/one/link").headers["Location"].startswith("/account/real-name")


def test_forms_need_our_own_token(browser, resident):
    assert browser.post("/me/entrances/one/link").status_code == 403
    assert browser.post("/me/entrances/one/unlink").status_code == 403
    assert browser.get("/me/entrances/one/link").status_code == 405


def test_way_back_that_was_not_begun_here_links_nothing(browser, resident, platforms):
    attacker = other_browser()
    foreign = start(attacker)
    for state in ("", "x", foreign, "短"):
        answer = come_back(browser, state)
        assert answer.status_code == 400
        assert "没有绑定" in answer.content.decode()
    assert platforms["one"].asked == 0
    assert not LinkedIdentity.objects.exists()
    assert come_back(attacker, foreign).status_code == 302


def test_other_session_of_the_same_account_cannot_finish_it(browser, resident):
    from shimin.capabilities.identity.models import Account
    from shimin.capabilities.identity.operations.opening import open_session
    from shimin.kernel.actor import ANONYMOUS
    from shimin.kernel.db import auth_scope

    state = start(browser)
    with auth_scope(ANONYMOUS):
        account = Account.objects.get(id=resident.account_id)
        session = open_session(account=account, client=CLIENT, before=ANONYMOUS, now=NOW)
    second = Browser()
    second.cookies["shimin_session"] = session.token
    assert come_back(second, state).status_code == 400


def test_state_is_good_once_and_for_one_platform(browser, resident, platforms):
    state = start(browser)
    assert come_back(browser, state, entrance="two").status_code == 400
    assert come_back(browser, state).status_code == 302
    press(browser, "/me/entrances/one/unlink")
    assert come_back(browser, state).status_code == 400
    assert platforms["two"].asked == 0


def test_state_runs_out(browser, resident, at):
    state = start(browser)
    at.now += timedelta(minutes=11)
    assert come_back(browser, state).status_code == 400
    forget_old(at.now)
    assert not LinkAttempt.objects.exists()


def test_repeated_parameters_count_for_nothing(browser, resident):
    state = start(browser)
    assert browser.get(f"/me/entrances/one/back?state={state}&state={state}&code=anna").status_code == 400


def test_no_from_the_platform_links_nothing(browser, resident, platforms):
    assert come_back(browser, start(browser), None).status_code == 400
    platforms["one"].down = True
    assert link(browser).status_code == 503
    assert link(browser, "a\0b").status_code == 503
    platforms["one"].down = False
    assert link(browser, "x" * 201).status_code == 400
    assert not LinkedIdentity.objects.exists()


def test_unknown_platform_is_not_found(browser, resident):
    assert press(browser, "/me/entrances/three/link").status_code == 404
    assert come_back(browser, "x", entrance="three").status_code == 404


def test_nobody_links_more_than_twenty_times_an_hour(browser, resident):
    for _ in range(20):
        start(browser)
    assert press(browser, "/me/entrances/one/link").status_code == 429


def test_strangers_are_sent_to_sign_in(browser):
    assert browser.get("/me/entrances").headers["Location"].startswith("/account/sign-in")
    assert come_back(browser, "x").headers["Location"].startswith("/account/sign-in")


def test_platform_that_is_not_offered_any_more_can_still_be_unlinked(browser, resident, platforms):
    link(browser)
    del platforms["one"]
    assert "解除" in browser.get("/me/entrances").content.decode()
    assert press(browser, "/me/entrances/one/unlink").status_code == 303


def test_closing_the_account_frees_the_identity(browser, resident, at):
    link(browser)
    end_of_account(account_id=resident.account_id, now=at.now)
    assert link(other_browser()).status_code == 302
