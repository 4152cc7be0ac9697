"""A phone signs a screen in: the browser that showed the code enters, once, and nobody else."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client as Browser

from shimin.capabilities.identity.domain.screens import LIFETIME, ScreenState
from shimin.capabilities.identity.models import Account, ScreenSignIn
from shimin.capabilities.identity.operations.limits import SignInThrottled
from shimin.capabilities.identity.operations.screens import (
    NumberWrong,
    ScreenGone,
    answer_screen,
    enter_screen,
    get_screen,
    look_at_code,
    show_code,
)
from shimin.capabilities.identity.tests.factories import CLIENT, NOW, actor_of, make_officer, make_resident
from shimin.capabilities.identity.tests.test_risk import stranger
from shimin.kernel.actor import ANONYMOUS, AssuranceLevel
from shimin.kernel.errors import ProofRequired, SignInRequired
from shimin.kernel.values.masking import mask_phone

pytestmark = pytest.mark.django_db
SCREEN = replace(CLIENT, address="113.240.1.2", device_label="Edge · Windows 电脑")


def state_of(shown):
    found = get_screen(secret=shown.secret, now=NOW)
    assert found is not None
    return found


def number_of(shown):
    return str(state_of(shown).number)


def agree(resident, shown, number=None, *, agrees=True, now=NOW):
    answer_screen(
        actor=resident.actor, code=shown.code, number=number or number_of(shown), agrees=agrees, now=now
    )  # fmt: skip


def enter(shown, *, secret=None, now=NOW):
    return enter_screen(actor=ANONYMOUS, secret=shown.secret if secret is None else secret, client=SCREEN, now=now)


def test_the_phone_lets_the_screen_in():
    resident, shown = make_resident(), show_code(client=SCREEN, now=NOW)
    seen = look_at_code(actor=resident.actor, code=shown.code, client=CLIENT, now=NOW)
    assert (seen.device_label, seen.network, seen.is_near) == ("Edge · Windows 电脑", "113.240.*.*", False)
    agree(resident, shown)
    told = state_of(shown)
    assert (told.state, told.owner) == (ScreenState.APPROVED, mask_phone(resident.phone))
    opened = actor_of(enter(shown).token)
    assert (opened.account_id, opened.level) == (resident.account_id, AssuranceLevel.REAL_NAME)


def test_a_code_enters_once():
    resident, shown = make_resident(), show_code(client=SCREEN, now=NOW)
    agree(resident, shown)
    enter(shown)
    with pytest.raises(ScreenGone):
        enter(shown)
    with pytest.raises(ScreenGone):
        agree(make_resident(), shown, "10")
    assert get_screen(secret=shown.secret, now=NOW) is None


def test_the_code_alone_opens_nothing():
    """Who photographed the picture has the code, not the secret of the browser that shows it."""
    resident, shown = make_resident(), show_code(client=SCREEN, now=NOW)
    other = show_code(client=SCREEN, now=NOW)
    agree(resident, shown)
    for secret in (shown.code, other.secret, "", "x" * 43, "\x00"):
        with pytest.raises(ScreenGone):
            enter(shown, secret=secret)
    assert actor_of(enter(shown).token).account_id == resident.account_id


def test_a_wrong_number_voids_the_code():
    resident, shown = make_resident(), show_code(client=SCREEN, now=NOW)
    right = number_of(shown)
    with pytest.raises(NumberWrong):
        agree(resident, shown, "00")
    with pytest.raises(ScreenGone):
        agree(resident, shown, right)
    with pytest.raises(ScreenGone):
        enter(shown)
    assert ScreenSignIn.objects.get().state == ScreenState.DENIED


def test_not_me_is_the_end_of_it():
    resident, shown = make_resident(), show_code(client=SCREEN, now=NOW)
    agree(resident, shown, agrees=False)
    assert state_of(shown).state is ScreenState.DENIED
    with pytest.raises(ScreenGone):
        enter(shown)


def test_every_step_ends_with_the_time():
    resident, shown = make_resident(), show_code(client=SCREEN, now=NOW)
    late, number = NOW + LIFETIME, number_of(shown)
    with pytest.raises(ScreenGone):
        look_at_code(actor=resident.actor, code=shown.code, client=CLIENT, now=late)
    with pytest.raises(ScreenGone):
        agree(resident, shown, number, now=late)
    agree(resident, shown, number)
    with pytest.raises(ScreenGone):
        enter(shown, now=late)


def test_the_second_phone_comes_too_late():
    first, second, shown = make_resident(), make_resident(), show_code(client=SCREEN, now=NOW)
    number = number_of(shown)
    agree(first, shown)
    with pytest.raises(ScreenGone):
        agree(second, shown, number)
    assert actor_of(enter(shown).token).account_id == first.account_id


def test_the_screen_gets_no_higher_than_the_phone():
    resident, shown = make_resident(now=NOW - timedelta(hours=13)), show_code(client=SCREEN, now=NOW)
    phone = actor_of(resident.token)
    assert phone.level is AssuranceLevel.PHONE
    answer_screen(actor=phone, code=shown.code, number=number_of(shown), agrees=True, now=NOW)
    assert actor_of(enter(shown).token).level is AssuranceLevel.PHONE


def test_who_may_not_answer():
    shown = show_code(client=SCREEN, now=NOW)
    held, officer = stranger(make_resident()).actor, actor_of(make_officer().token)
    for actor, refusal in ((ANONYMOUS, SignInRequired), (officer, SignInRequired), (held, ProofRequired)):
        with pytest.raises(refusal):
            answer_screen(actor=actor, code=shown.code, number="10", agrees=True, now=NOW)
    assert ScreenSignIn.objects.get().state == ScreenState.WAITING


def test_a_new_password_takes_back_what_was_let_in():
    resident, shown = make_resident(), show_code(client=SCREEN, now=NOW)
    agree(resident, shown)
    Account.objects.filter(id=resident.account_id).update(password_changed_at=NOW + timedelta(seconds=1))
    with pytest.raises(ScreenGone):
        enter(shown, now=NOW + timedelta(seconds=2))


def test_codes_are_counted_by_address():
    for _ in range(60):
        show_code(client=SCREEN, now=NOW)
    with pytest.raises(SignInThrottled):
        show_code(client=SCREEN, now=NOW)
    show_code(client=CLIENT, now=NOW)


def test_pages_of_both_sides(browser):
    resident, phone = make_resident(), Browser(enforce_csrf_checks=False)
    phone.cookies["shimin_session"] = resident.token
    begun = browser.post("/account/screen/begin", {"next": "/t/citizens"})
    assert begun["Location"] == "/account/screen?next=%2Ft%2Fcitizens"
    cookie = begun.cookies["shimin_screen"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/account/screen")
    page = browser.get(begun["Location"]).content.decode()
    (number,) = re.findall(r"data-number>(\d\d)<", page)
    code = begun.cookies["shimin_screen_code"].value
    assert browser.get("/account/screen/state").json() == {"state": "waiting"}
    assert "Edge" not in page
    scanned = phone.get("/account/scan", {"c": code}).content.decode()
    assert "要在电脑上登录吗" in scanned
    assert "同意" in phone.post("/account/scan", {"code": code, "number": "", "agrees": "yes"}).content.decode()
    done = phone.post("/account/scan", {"code": code, "number": number, "agrees": "yes"})
    assert "电脑可以登录了" in done.content.decode()
    assert browser.get("/account/screen/state").json() == {"state": "approved"}
    assert mask_phone(resident.phone) in browser.get("/account/screen").content.decode()
    entered = browser.post("/account/screen/enter", {"next": "/t/citizens"})
    assert (entered.status_code, entered["Location"]) == (303, "/t/citizens")
    assert browser.get("/t/citizens").status_code == 200
    assert phone.get("/account/scan", {"c": code}).status_code == 409


def test_forms_of_other_sites_are_refused(settings):
    settings.ROOT_URLCONF = "shimin.capabilities.identity.tests.urls"
    strict = Browser(enforce_csrf_checks=True)
    for path in ("/account/screen/begin", "/account/screen/enter"):
        assert strict.post(path).status_code == 403


def test_the_api_answers_for_the_phone(browser):
    resident, shown = make_resident(), show_code(client=SCREEN, now=NOW)
    token = {"headers": {"Authorization": f"Bearer {resident.token}"}, "content_type": "application/json"}
    seen = browser.post("/api/v1/me/screens/look", {"code": shown.code}, **token).json()
    assert seen["device_label"] == "Edge · Windows 电脑"
    body = {"code": shown.code, "number": number_of(shown), "agrees": True}
    assert browser.post("/api/v1/me/screens/answer", body, **token).status_code == 204
    assert browser.post("/api/v1/me/screens/answer", body, **token).json()["code"] == "identity.screen_gone"
