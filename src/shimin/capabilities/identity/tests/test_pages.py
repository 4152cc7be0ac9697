"""The pages, as a browser without JavaScript sees them."""

import dataclasses
import re
from datetime import timedelta

import pytest

from shimin.capabilities.identity.tests.apps import App, give_app
from shimin.capabilities.identity.tests.factories import (
    PASSWORD,
    make_id_number,
    make_officer,
    make_phone,
    make_resident,
)
from shimin.capabilities.identity.tests.phones import latest_code, latest_text
from shimin.kernel.testing import count_statements

pytestmark = pytest.mark.django_db


def sign_in(browser, resident):
    browser.cookies["shimin_session"] = resident.token


def words(response):
    return response.content.decode()


def hidden(response, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', words(response))
    return found.group(1) if found else ""


def found(pattern, response):
    match = re.search(pattern, words(response))
    assert match, words(response)
    return match.group(1)


def register(browser, phone, onward=""):
    started = browser.post("/account/register", {"phone": phone, "next": onward})
    assert (started.status_code, started["Location"]) == (303, "/account/register/code")
    return browser.post("/account/register/code", {"code": latest_code(), "password": PASSWORD})


def test_registers_and_goes_back_to_where_the_person_was(browser):
    response = register(browser, make_phone(), "/t/citizens?x=1")
    assert (response.status_code, response["Location"]) == (303, "/t/citizens?x=1")
    assert words(browser.get("/t/citizens")) == "citizen 1 scope"
    cookie = response.cookies["shimin_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


def test_cookies_are_bound_to_the_host_when_secure(browser, settings):
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, secure_cookies=True)
    resident = make_resident()
    response = browser.post("/account/sign-in", {"phone": resident.phone, "password": PASSWORD})
    cookie = response.cookies["__Host-shimin_session"]
    assert cookie["secure"]
    assert not cookie["domain"]


def test_registering_twice_looks_the_same(browser):
    resident = make_resident(level=1)
    fresh = browser.post("/account/register", {"phone": make_phone()})
    taken = browser.post("/account/register", {"phone": resident.phone})
    assert (taken.status_code, taken["Location"]) == (fresh.status_code, fresh["Location"])
    assert "已经有账号" in latest_text()
    page = browser.get("/account/register/code")
    assert resident.phone not in words(page)
    refused = browser.post("/account/register/code", {"code": "123456", "password": PASSWORD})
    assert refused.status_code == 422
    assert "验证码不对" in words(refused)


def test_the_second_step_without_the_first_begins_anew(browser):
    assert browser.get("/account/register/code")["Location"] == "/account/register"
    browser.cookies["shimin_pending"] = "forged"
    assert browser.get("/account/register/code")["Location"] == "/account/register"


def test_a_wrong_code_keeps_the_page_and_its_phone(browser):
    phone = make_phone()
    browser.post("/account/register", {"phone": phone})
    wrong = "000000" if latest_code() != "000000" else "111111"
    refused = browser.post("/account/register/code", {"code": wrong, "password": PASSWORD})
    assert f"{phone[:3]}****{phone[-4:]}" in words(refused)
    assert PASSWORD not in words(refused)
    assert register_again(browser) == 303


def register_again(browser):
    return browser.post("/account/register/code", {"code": latest_code(), "password": PASSWORD}).status_code


def test_a_forgotten_password_is_replaced(browser):
    resident = make_resident()
    browser.post("/account/reset", {"phone": resident.phone})
    response = browser.post("/account/reset/code", {"code": latest_code(), "password": "Juzizhou-2027"})
    assert response["Location"] == "/me/"
    assert browser.post("/account/sign-in", {"phone": resident.phone, "password": PASSWORD}).status_code == 422


@pytest.mark.parametrize("phone", ["", "1" * 20_000, "<script>alert(1)</script>", "1391234567\r\nSet-Cookie: x=y"])
def test_odd_input_gets_a_clear_word(browser, phone):
    response = browser.post("/account/sign-in", {"phone": phone, "password": "x" * 20_000})
    assert response.status_code == 422
    assert "<script>alert" not in words(response)
    assert "需要修改" in words(response)


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
        "\t//e",
    ],
)
def test_leads_nowhere_else(browser, onward):
    resident = make_resident()
    response = browser.post("/account/sign-in", {"phone": resident.phone, "password": PASSWORD, "next": onward})
    assert (response.status_code, response["Location"]) == (303, "/me/")


def test_signing_in_says_the_same_for_every_phone(browser):
    resident = make_resident()
    known = browser.post("/account/sign-in", {"phone": resident.phone, "password": "guess-guess"})
    unknown = browser.post("/account/sign-in", {"phone": make_phone(), "password": "guess-guess"})
    texts = [re.sub(r'(value|data-options)="[^"]*"', "", words(page)) for page in (known, unknown)]
    assert known.status_code == unknown.status_code == 422
    assert texts[0] == texts[1]


def test_too_many_attempts_say_when_to_come_back(browser):
    phone = make_phone()
    for _ in range(10):
        browser.post("/account/sign-in", {"phone": phone, "password": "guess-guess"})
    response = browser.post("/account/sign-in", {"phone": phone, "password": "guess-guess"})
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0


def test_signs_out(browser):
    resident = make_resident()
    sign_in(browser, resident)
    assert browser.get("/account/sign-out").status_code == 405
    assert browser.post("/account/sign-out")["Location"] == "/"
    browser.cookies["shimin_session"] = resident.token
    assert browser.get("/t/citizens").status_code == 302


def test_the_desk_has_its_own_door(browser):
    make_officer(login="wang.min")
    led = browser.get("/account/sign-in?next=/desk/t/staff")
    assert led["Location"] == "/desk/sign-in?next=%2Fdesk%2Ft%2Fstaff"
    asked = browser.post("/desk/sign-in", {"login": "wang.min", "password": PASSWORD, "next": "/t/citizens"})
    assert asked["Location"] == "/desk/second?next=%2Fdesk%2F"
    assert browser.get("/desk/t/staff").status_code == 302, "the password alone opens nothing"
    page = browser.get(asked["Location"])
    app = App(found(r'<code class="secret">(\w+)', page))
    assert "<svg" in words(page)
    wrong = browser.post("/desk/second", {"code": "123"})
    assert wrong.status_code == 422
    assert app.secret in words(wrong)
    assert words(browser.post("/desk/second", {"code": app.code()})).count("<li><code>") == 10
    assert words(browser.get("/desk/t/staff")) == "staff 0 scope"
    assert browser.get("/t/citizens").status_code == 302
    assert browser.post("/desk/sign-out")["Location"] == "/desk/sign-in"
    assert browser.get("/desk/t/staff").status_code == 302


def test_a_demo_officer_enters_in_two_taps(browser):
    officer = make_officer(login="wang.min")
    give_app(officer.actor.account_id, is_demo=True)
    browser.post("/desk/sign-in", {"login": "wang.min", "password": PASSWORD})
    code = found(r'name="code" value="(\d{6})"', browser.get("/desk/second"))
    assert browser.post("/desk/second", {"code": code})["Location"] == "/desk/"
    browser.post("/desk/sign-in", {"login": "wang.min", "password": PASSWORD})
    again = found(r'name="code" value="(\d{6})"', browser.get("/desk/second"))
    assert browser.post("/desk/second", {"code": again})["Location"] == "/desk/", "at once after the first"


def test_a_citizen_enrols_an_app_and_signs_in_with_it(browser):
    resident = make_resident()
    sign_in(browser, resident)
    page = browser.get("/me/security/code-app")
    app = App(found(r'<code class="secret">(\w+)', page))
    sealed = hidden(page, "sealed")
    wrong = browser.post("/me/security/code-app", {"sealed": sealed, "code": app.code(later=9), "password": PASSWORD})
    assert wrong.status_code == 422
    done = browser.post("/me/security/code-app", {"sealed": sealed, "code": app.code(), "password": PASSWORD})
    recovery = re.findall(r"<li><code>([\w-]+)", words(done))
    assert len(recovery) == 10
    assert "已开启" in words(browser.get("/me/security"))
    browser.post("/account/sign-out")
    asked = browser.post("/account/sign-in", {"phone": resident.phone, "password": PASSWORD, "next": "/t/proved"})
    assert asked["Location"] == "/account/second?next=%2Ft%2Fproved"
    assert browser.get("/t/citizens").status_code == 302
    done = browser.post("/account/second", {"code": recovery[0], "next": "/t/proved"})
    assert done["Location"] == "/t/proved"
    assert words(browser.get("/t/proved")) == "citizen 2 scope"
    assert "还有 9 个恢复码" in words(browser.get("/me/security"))
    renewed = browser.post("/me/security/recovery-codes", {"password": PASSWORD})
    code = re.findall(r"<li><code>([\w-]+)", words(renewed))[0]
    assert browser.post("/me/security/code-app/remove", {"password": PASSWORD, "code": code}).status_code == 303
    assert "没有开启" in words(browser.get("/me/security"))


def test_the_second_step_without_a_ticket_leads_to_the_door(browser):
    assert browser.get("/account/second?next=/me/")["Location"] == "/account/sign-in?next=%2Fme%2F"
    browser.cookies["shimin_second"] = "made-up"
    assert browser.post("/desk/second", {"code": "123456"})["Location"] == "/desk/sign-in"


def proof(name, number, **more):
    return {
        "name": name,
        "id_number": number,
        "second": "social_card",
        "second_value": "A12345678",
        "consents": "on",
        **more,
    }


def test_steps_up_on_the_way_and_comes_back(browser, registers):
    resident, number = make_resident(level=1), make_id_number()
    registers.add("周晓敏", number)
    sign_in(browser, resident)
    sent = browser.get("/t/proved")["Location"]
    assert sent == "/account/real-name?next=/t/proved"
    assert 'value="/t/proved"' in words(browser.get(sent))
    response = browser.post("/account/real-name", proof("周晓敏", number, next="/t/proved"))
    assert (response.status_code, response["Location"]) == (303, "/t/proved")
    assert words(browser.get("/t/proved")) == "citizen 2 scope"


def test_a_register_that_is_down_loses_nothing_and_shows_no_number(browser, registers):
    resident, number = make_resident(level=1), make_id_number()
    sign_in(browser, resident)
    registers.down = True
    refused = browser.post("/account/real-name", proof("周晓敏", number))
    page = words(refused)
    assert refused.status_code == 503
    assert "暂时没有回应" in page
    assert "周晓敏" in page
    assert number not in page
    assert "A12345678" not in page
    assert f"{number[:3]}***********{number[-4:]}" in page
    registers.down = False
    registers.add("周晓敏", number)
    again = proof("周晓敏", "", second_value="", kept=hidden(refused, "kept"))
    assert browser.post("/account/real-name", again)["Location"] == "/me/"


def test_what_was_kept_is_good_for_the_same_account_for_half_an_hour(browser, registers, at):
    number = make_id_number()
    registers.down = True
    sign_in(browser, make_resident(level=1))
    kept = hidden(browser.post("/account/real-name", proof("周晓敏", number)), "kept")
    registers.down = False
    registers.add("周晓敏", number)
    again = proof("周晓敏", "", second_value="", kept=kept)
    sign_in(browser, make_resident(level=1))
    assert browser.post("/account/real-name", again).status_code == 422
    assert browser.post("/account/real-name", {**again, "kept": "forged"}).status_code == 422


def test_a_wrong_number_is_typed_anew_the_rest_is_kept(browser, registers):
    sign_in(browser, make_resident(level=1))
    number = make_id_number()
    wrong = number[:17] + ("1" if number[17] != "1" else "2")
    refused = browser.post("/account/real-name", proof("周晓敏", wrong))
    assert refused.status_code == 422
    assert "最后一位" in words(refused)
    assert "尾号 78" in words(refused)
    registers.add("周晓敏", number)
    again = proof("周晓敏", number, second_value="", kept=hidden(refused, "kept"))
    assert browser.post("/account/real-name", again).status_code == 303


def test_asks_for_the_password_when_the_step_up_ran_out(browser, at):
    sign_in(browser, make_resident(level=2))
    at.now += timedelta(hours=13)
    assert "再确认一次" in words(browser.get("/account/real-name?next=/t/proved"))
    assert browser.post("/account/real-name", {"password": "guess-guess"}).status_code == 422
    response = browser.post("/account/real-name", {"password": PASSWORD, "next": "/t/proved"})
    assert response["Location"] == "/t/proved"
    assert words(browser.get("/t/proved")) == "citizen 2 scope"


def test_shows_what_stands_when_the_name_is_proved(browser):
    resident = make_resident(level=2)
    sign_in(browser, resident)
    page = words(browser.get("/account/real-name"))
    assert "周*敏" in page
    assert resident.id_number not in page


def test_lists_and_ends_my_devices(browser):
    resident = make_resident()
    browser.cookies["shimin_device"] = resident.session.device_token
    browser.post("/account/sign-in", {"phone": resident.phone, "password": PASSWORD})
    with count_statements() as seen:
        page = browser.get("/me/sessions")
    assert seen.count == 4  # who asks, sessions, devices, what the rules said
    assert words(page).count("最近使用") == 2
    assert page["Cache-Control"] == "private, no-store"
    assert browser.post(f"/me/sessions/{resident.session_id}/end")["Location"] == "/me/sessions"
    assert browser.post(f"/me/sessions/{resident.session_id}/end").status_code == 404
    assert words(browser.get("/me/sessions")).count("最近使用") == 1


def test_shows_and_withdraws_consents(browser, registers):
    resident, number = make_resident(level=1), make_id_number()
    registers.add("周晓敏", number)
    sign_in(browser, resident)
    browser.post("/account/real-name", proof("周晓敏", number))
    assert "向公安人口库" in words(browser.get("/me/consents"))
    assert browser.post("/me/consents/withdraw", {"purpose_code": "identity.real_name"}).status_code == 303
    assert "已经撤回" in words(browser.get("/me/consents"))
    assert browser.post("/me/consents/withdraw", {"purpose_code": "\x00"}).status_code == 404


def test_forms_are_refused_without_the_csrf_token(browser):
    strict = type(browser)(enforce_csrf_checks=True)
    assert strict.post("/account/sign-in", {"phone": make_phone(), "password": PASSWORD}).status_code == 403


def test_the_message_box_exists_in_a_demo_only(browser, settings):
    phone = make_phone()
    browser.post("/account/register", {"phone": phone})
    page = words(browser.get("/demo/inbox"))
    assert latest_code() in page
    assert phone not in page
    assert phone[-4:] in page
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, demo=False)
    assert browser.get("/demo/inbox").status_code == 404


def test_a_production_without_a_gateway_promises_no_code(browser, settings):
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, demo=False)
    response = browser.post("/account/register", {"phone": make_phone()})
    assert response.status_code == 503
    assert "短信暂时发不出去" in words(response)
