"""A form that asks for more on the way is not typed twice."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from shimin.capabilities.identity.models import KeptForm
from shimin.capabilities.identity.operations.forgetting import forget_old
from shimin.capabilities.identity.operations.kept_forms import LIFETIME, get_kept_form, keep_form
from shimin.capabilities.identity.tests.factories import NOW, PASSWORD, make_officer, make_resident
from shimin.capabilities.identity.tests.phones import latest_code
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import NotFound, SignInRequired

pytestmark = pytest.mark.django_db


def keep(resident, fields=(("words", "路灯不亮"),), path="/t/form"):
    return keep_form(actor=resident.actor, path=path, fields=fields, now=NOW)


def test_comes_back_to_what_was_typed_after_the_proof(browser):
    resident = make_resident()
    browser.post("/account/sign-in", {"phone": resident.phone, "password": PASSWORD})  # a new device: held
    sent = browser.post(
        "/t/form?x=1", "words=%E8%B7%AF%E7%81%AF%3Cb%3E&many=1&many=2&password=never",
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert sent.status_code == 302
    assert re.search(r"next=/account/kept/\d+$", sent["Location"])
    to_device = browser.get(sent["Location"])["Location"]
    browser.post("/account/device/code", {"next": "/me/"})
    back = browser.post(to_device, {"code": latest_code(), "next": sent["Location"].partition("next=")[2]})
    page = browser.get(back["Location"]).content.decode()
    assert 'action="/t/form?x=1"' in page
    assert "never" not in page
    pairs = re.findall(r'type="hidden" name="(words|many)" value="([^"]*)"', page)
    assert pairs == [("words", "路灯&lt;b&gt;"), ("many", "1"), ("many", "2")]
    done = browser.post("/t/form?x=1", {"words": "路灯<b>", "many": ["1", "2"]})
    assert done.content.decode().startswith("POST ")


def test_what_was_typed_is_its_owners_for_half_an_hour():
    resident, other = make_resident(), make_resident()
    form_id = keep(resident)
    assert get_kept_form(actor=resident.actor, form_id=form_id, now=NOW).fields == (("words", "路灯不亮"),)
    for actor, now in ((other.actor, NOW), (resident.actor, NOW + LIFETIME)):
        with pytest.raises(NotFound):
            get_kept_form(actor=actor, form_id=form_id, now=now)
    for form_id in (0, 1, 1 << 70):
        with pytest.raises(NotFound):
            get_kept_form(actor=resident.actor, form_id=form_id, now=NOW)
    with pytest.raises(SignInRequired):
        get_kept_form(actor=ANONYMOUS, form_id=1, now=NOW)


def test_it_is_sealed_and_forgotten():
    keep(make_resident())
    with connection.cursor() as cursor:
        cursor.execute("SELECT fields FROM identity_kept_form")
        assert "路灯".encode() not in bytes(cursor.fetchone()[0])
    forget_old(NOW + LIFETIME + timedelta(seconds=1))
    assert not KeptForm.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        (), (("password", "x"), ("csrfmiddlewaretoken", "x"), ("code", "123456"), ("second_value", "A1")),
        (("words", "长" * 32_001),), tuple((f"f{number}", "") for number in range(20_000)),
    ],
)  # fmt: skip
def test_keeps_nothing_that_proves_somebody_and_nothing_huge(fields):
    assert keep(make_resident(), fields) is None
    assert not KeptForm.objects.exists()


def test_strangers_officers_and_floods_are_not_kept(browser):
    resident = make_resident()
    assert keep_form(actor=ANONYMOUS, path="/t/form", fields=[("a", "b")], now=NOW) is None
    assert keep_form(actor=make_officer().actor, path="/t/form", fields=[("a", "b")], now=NOW) is None
    assert [keep(resident) is None for _ in range(32)].count(True) == 2


def test_files_go_the_old_way(browser):
    resident = make_resident(level=1)
    browser.cookies["shimin_session"] = resident.token
    sent = browser.post("/t/form", {"file": SimpleUploadedFile("a.jpg", b"x"), "words": "x"})
    assert sent["Location"].endswith("next=/")
    assert not KeptForm.objects.exists()


def test_the_form_comes_back_filled_on_the_page_it_was_on(browser):
    resident = make_resident()
    other = make_resident()
    page = "/account/real-name?renew=1"
    form_id = keep_form(
        actor=resident.actor, path=page, fields=[("name", '周"敏'), ("kept", "x")], now=NOW,
        page=page,
    )  # fmt: skip
    browser.cookies["shimin_session"] = resident.token
    offered = browser.get(f"/account/kept/{form_id}").content.decode()
    assert f'href="/account/real-name?renew=1&amp;kept={form_id}"' in offered
    filled = browser.get(f"{page}&kept={form_id}")
    text = filled.content.decode()
    assert 'value="周&quot;敏"' in text
    assert re.search(r'value="social_card"[^>]* checked', text)  # what was not kept stays as the page has it
    assert 'name="kept" value="x"' not in text
    assert filled["Cache-Control"] == "private, no-store"
    for address in (f"{page}&kept=1", f"{page}&kept=x", f"{page}&kept={'9' * 40}", f"/me/security?kept={form_id}"):
        assert "周&quot;敏" not in browser.get(address).content.decode()
    browser.cookies["shimin_session"] = other.token
    assert "周&quot;敏" not in browser.get(f"{page}&kept={form_id}").content.decode()


def test_the_page_a_form_was_on_is_one_of_ours(browser):
    resident = make_resident(level=1)
    browser.cookies["shimin_session"] = resident.token
    for referer, page in (
        ("http://testserver/me/security?a=1", "/me/security?a=1"), ("http://elsewhere.example/me/security", ""),
        ("http://testserver/no-such-page", ""), ("", ""),
    ):  # fmt: skip
        sent = browser.post(
            "/t/form", "words=x", content_type="application/x-www-form-urlencoded", headers={"Referer": referer}
        )
        form_id = int(sent["Location"].rpartition("/")[2])
        assert get_kept_form(actor=resident.actor, form_id=form_id, now=NOW).page == page
