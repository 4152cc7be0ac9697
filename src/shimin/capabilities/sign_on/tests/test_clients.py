"""An agency's officer asks for a system, a second person decides, the secret is shown once."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest
from django.db import IntegrityError
from django.test import Client as Browser

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.catalogue.models import Agency
from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.sign_on.domain.clients import ClientState
from shimin.capabilities.sign_on.models import Client
from shimin.capabilities.sign_on.public import (
    ClientDecidedAlready,
    ClientWish,
    NoSecret,
    OwnRequest,
    decide_client,
    get_client_for,
    issue_secret,
    list_clients,
    request_client,
)
from shimin.capabilities.sign_on.tests.factories import make_client
from shimin.kernel.actor import Actor, ActorKind, Grant
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound

pytestmark = pytest.mark.django_db
CITY = "430100"


@pytest.fixture
def agency(db) -> Iterator[int]:
    row = Agency.objects.create(
        region_code=CITY, slug="test-fund", name="长沙市住房公积金管理中心", short_name="公积金",
        uscc="12430100MB1A00001X", phone="12329", is_demo=True, doc={},
    )  # fmt: skip
    stamp.forget()
    yield row.id
    stamp.forget()


def person(account_id: int, *grants: Grant) -> Actor:
    return Actor(ActorKind.STAFF, account_id=account_id, grants=grants)


def wish(agency_id: int, **change) -> ClientWish:
    values = {
        "agency_id": agency_id, "name": "公积金网上大厅", "purpose": "查账户、提交提取申请", "home_url": "https://f.example.cn/",
        "redirect_uris": ("https://f.example.cn/cb",), "scopes": ("profile",), "auth_method": "client_secret_basic",
        "algorithm": "RS256", **change,
    }  # fmt: skip
    return ClientWish(**values)


def test_two_people_let_a_system_in(agency):
    officer = person(11, Grant("sign_on.officer", agency, CITY))
    both = person(11, Grant("sign_on.officer", agency, CITY), Grant("sign_on.approver", None, CITY))
    second = person(12, Grant("sign_on.approver", None, CITY))
    client_id = request_client(actor=officer, wish=wish(agency), now=NOW)
    with pytest.raises(NoSecret):
        issue_secret(actor=officer, client_id=client_id, now=NOW)
    with pytest.raises(Forbidden):
        decide_client(actor=officer, client_id=client_id, state=ClientState.APPROVED, words="", now=NOW)
    with pytest.raises(OwnRequest):
        decide_client(actor=both, client_id=client_id, state=ClientState.APPROVED, words="", now=NOW)
    decide_client(actor=second, client_id=client_id, state=ClientState.APPROVED, words="好", now=NOW)
    with pytest.raises(ClientDecidedAlready):
        decide_client(actor=second, client_id=client_id, state=ClientState.DECLINED, words="", now=NOW)
    first = issue_secret(actor=officer, client_id=client_id, now=NOW)
    assert issue_secret(actor=officer, client_id=client_id, now=NOW) != first
    with pytest.raises(Forbidden):
        issue_secret(actor=second, client_id=client_id, now=NOW)


def test_database_wants_four_eyes_too():
    client, _ = make_client(state="requested")
    with pytest.raises(IntegrityError, match="four_eyes"):
        Client.objects.filter(id=client.id).update(state="approved", decided_by_id=client.requested_by_id)


def test_officer_of_another_agency_or_city_finds_nothing(agency):
    client_id = request_client(
        actor=person(11, Grant("sign_on.officer", agency, CITY)), wish=wish(agency), now=NOW
    )  # fmt: skip
    for stranger in (
        person(13, Grant("sign_on.officer", agency + 1, CITY)),
        person(14, Grant("sign_on.approver", None, "430200")),
        person(15, Grant("sign_on.officer", agency + 1, CITY), Grant("enquiries.officer", agency, CITY)),
    ):
        assert list_clients(stranger) == []
        with pytest.raises(NotFound):
            get_client_for(actor=stranger, client_id=client_id)
    with pytest.raises(Forbidden):
        list_clients(person(16, Grant("enquiries.officer", agency, CITY)))
    with pytest.raises(Forbidden):
        request_client(actor=person(13, Grant("sign_on.officer", agency + 1, CITY)), wish=wish(agency), now=NOW)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "x"}, "name"), ({"name": "a\nb"}, "name"), ({"purpose": "看"}, "purpose"),
        ({"redirect_uris": ()}, "redirect_uris"), ({"redirect_uris": ("http://f.example.cn/cb",)}, "redirect_uris"),
        ({"redirect_uris": ("https://f.example.cn/cb", "https://g.example.cn/cb")}, "redirect_uris"),
        ({"redirect_uris": tuple(f"https://f.example.cn/{n}" for n in range(11))}, "redirect_uris"),
        ({"home_url": "nowhere"}, "home_url"), ({"scopes": ("everything",)}, "scopes"),
        ({"auth_method": "trust_me"}, "auth_method"), ({"algorithm": "none"}, "algorithm"),
    ],
)  # fmt: skip
def test_says_what_cannot_be_registered(agency, change, field):
    officer = person(11, Grant("sign_on.officer", agency, CITY))
    with pytest.raises(InvalidInput) as refused:
        request_client(actor=officer, wish=wish(agency, **change), now=NOW)
    assert set(refused.value.fields) == {field}


def desk(role: str, login: str, **grant) -> Browser:
    browser = Browser(enforce_csrf_checks=True)
    browser.cookies["shimin_session"] = "x"
    browser.cookies["shimin_desk"] = make_officer(role, login=login, **grant).token
    return browser


def press(browser: Browser, address: str, **form):
    page = browser.get(form.pop("page", address)).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token, page
    return browser.post(address, {**form, "csrfmiddlewaretoken": token[1]}, follow=True)


def test_pages_of_the_desk(agency, at):
    officer = desk("sign_on.officer", "fund-1", agency_id=agency, region_code=CITY)
    approver = desk("sign_on.approver", "data-1", region_code=CITY)
    form = {
        "agency_id": agency, "name": "公积金网上大厅", "purpose": "查账户、提交提取申请", "home_url": "https://f.example.cn/",
        "redirect_uris": "http://f.example.cn/cb", "scopes": ["profile"], "auth_method": "client_secret_basic",
        "algorithm": "RS256", "calls_per_minute": "600",
    }  # fmt: skip
    wrong = press(officer, "/desk/systems/new", **form)
    assert wrong.status_code == 422
    assert "必须以 https:// 开头" in wrong.content.decode()
    page = press(officer, "/desk/systems/new", **{**form, "redirect_uris": "https://f.example.cn/cb"})
    assert "等待第二个人批准" in page.content.decode()
    address = page.request["PATH_INFO"]
    assert "等待第二个人批准" in approver.get("/desk/systems").content.decode()
    assert officer.post(f"{address}/decide", {"state": "approved"}).status_code == 403
    approved = press(approver, f"{address}/decide", page=address, state="approved", words="材料齐全")
    assert "可以使用" in approved.content.decode()
    shown = press(officer, f"{address}/secret", page=address).content.decode()
    assert "密钥只显示这一次" in shown
    secret = re.search(r"<code>([\w-]{43})</code>", shown)
    assert secret
    assert secret[1] not in officer.get(address).content.decode()
    assert "可以使用" in officer.get("/desk/systems").content.decode()
    odd = press(approver, f"{address}/decide", page=address, state="requested")
    assert odd.status_code == 422


def test_citizen_finds_no_desk(browser, resident):
    assert browser.get("/desk/systems").status_code in (302, 404)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"logout_url": "https://other.example.cn/x"}, "logout_url"),
        ({"logout_url": "http://127.0.0.1:5432/"}, "logout_url"),
        ({"post_logout_uris": ("https://other.example.cn/",)}, "post_logout_uris"),
        ({"post_logout_uris": ("nowhere",)}, "post_logout_uris"),
    ],
)
def test_signing_out_leads_to_the_own_host_only(agency, change, field):
    officer = person(11, Grant("sign_on.officer", agency, CITY))
    with pytest.raises(InvalidInput) as refused:
        request_client(actor=officer, wish=wish(agency, **change), now=NOW)
    assert set(refused.value.fields) == {field}


def test_our_worker_calls_this_machine_in_demos_only(agency, settings):
    officer = person(11, Grant("sign_on.officer", agency, CITY))
    local = {"redirect_uris": ("http://127.0.0.1:9440/cb",), "logout_url": "http://127.0.0.1:9440/out"}
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, demo=False)
    with pytest.raises(InvalidInput) as refused:
        request_client(actor=officer, wish=wish(agency, **local), now=NOW)
    assert set(refused.value.fields) == {"logout_url"}
    settings.SHIMIN = dataclasses.replace(settings.SHIMIN, demo=True)
    assert request_client(actor=officer, wish=wish(agency, **local), now=NOW)


MACHINE = {
    "auth_method": "private_key_jwt", "machine_scopes": ("test-fund:accounts.read",), "redirect_uris": (),
    "jwks": '{"keys":[{"kty":"EC","crv":"P-256","x":"DBuvUfxsZUxWq8_eJLoWn7W_BqVhaMiLtmmCYOEpVRo",'
    '"y":"BTBGRvOUZ4DYjbZoH8o73UtYHcgLLR4_51wk6OxUWfs"}]}',
}  # fmt: skip


def test_machine_needs_no_address(agency):
    officer = person(11, Grant("sign_on.officer", agency, CITY))
    client_id = request_client(actor=officer, wish=wish(agency, **MACHINE), now=NOW)
    assert get_client_for(actor=officer, client_id=client_id).machine_scopes == ("test-fund:accounts.read",)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"machine_scopes": ("nobody:x",)}, "machine_scopes"), ({"machine_scopes": ("test-fund",)}, "machine_scopes"),
        ({"machine_scopes": ("test-fund:A",)}, "machine_scopes"),
        ({"auth_method": "client_secret_basic"}, "auth_method"),
        ({"jwks": ""}, "jwks"), ({"jwks": "x" * 9_000}, "jwks"), ({"calls_per_minute": 0}, "calls_per_minute"),
    ],
)  # fmt: skip
def test_says_what_a_machine_lacks(agency, change, field):
    officer = person(11, Grant("sign_on.officer", agency, CITY))
    with pytest.raises(InvalidInput) as refused:
        request_client(actor=officer, wish=wish(agency, **{**MACHINE, **change}), now=NOW)
    assert set(refused.value.fields) == {field}
