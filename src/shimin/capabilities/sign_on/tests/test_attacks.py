"""Bad input and worse intentions: nothing is given out, nobody is sent anywhere, and the reason is the standard's."""

from __future__ import annotations

import base64
from datetime import timedelta

import orjson
import pytest
from django.test import Client as Browser
from joserfc import jwt
from joserfc.jwk import RSAKey

from shimin.capabilities.identity.tests.factories import make_resident
from shimin.capabilities.sign_on.domain.addresses import fault_of
from shimin.capabilities.sign_on.models import Authorisation, Client, Code, Token, WaitingRequest
from shimin.capabilities.sign_on.tests.factories import CALLBACK, make_client
from shimin.capabilities.sign_on.tests.relying_party import RelyingParty

pytestmark = pytest.mark.django_db


def test_code_is_good_once_and_its_second_use_takes_the_tokens(party, resident):
    code = party.sign_in(scope="openid offline_access")
    tokens = party.exchange(code).json()
    again = party.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert Authorisation.objects.get().end_reason == "code_replayed"


def test_refresh_token_seen_twice_ends_all_of_it(party, resident):
    first = party.tokens(scope="openid offline_access")
    second = party.refresh(first["refresh_token"]).json()
    assert party.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert party.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    assert party.userinfo(second["access_token"]).status_code == 401
    assert Authorisation.objects.get().end_reason == "refresh_replayed"


def test_code_runs_out_after_a_minute(party, resident, at):
    code = party.sign_in()
    at.now += timedelta(seconds=61)
    assert party.exchange(code).json()["error"] == "invalid_grant"


def test_code_of_another_client_is_refused_and_burnt(browser, party, resident):
    other = RelyingParty(browser, *make_client(name="别的系统"))
    code = party.sign_in()
    other.verifier = party.verifier
    assert other.exchange(code).json()["error"] == "invalid_grant"
    assert party.exchange(code).json()["error"] == "invalid_grant"


def test_refresh_token_of_another_client_is_refused_and_unharmed(browser, party, resident):
    other = RelyingParty(browser, *make_client(name="别的系统"))
    token = party.tokens(scope="openid offline_access")["refresh_token"]
    assert other.refresh(token).json()["error"] == "invalid_grant"
    assert other.call("/sign-on/revoke", {"token": token}).json()["error"] == "invalid_grant"
    assert "access_token" in party.refresh(token).json()


@pytest.mark.parametrize("verifier", [None, "", "a" * 43, "短"])
def test_wrong_verifier_is_refused(party, resident, verifier):
    answer = party.exchange(party.sign_in(), form={"code_verifier": verifier})
    assert answer.status_code == 400
    assert answer.json()["error"] in ("invalid_grant", "invalid_request")


def test_verifier_without_challenge_is_refused(party, resident):
    code = party.sign_in(code_challenge=None, code_challenge_method=None)
    assert party.exchange(code).json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    "change",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge": "kurz"},
    ],
)
def test_public_client_must_use_pkce_with_s256(browser, resident, change):
    party = RelyingParty(browser, *make_client(auth_method="none"))
    assert party.arrive(party.ask(**change))["error"] == "invalid_request"


def test_other_redirect_uri_at_the_exchange_is_refused(party, resident):
    for address in (f"{CALLBACK}/", "https://fund.example.gov.cn/callbac", None):
        assert party.exchange(party.sign_in(), form={"redirect_uri": address}).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/callback", f"{CALLBACK}/", f"{CALLBACK}?x=1", f"{CALLBACK}#x", CALLBACK.upper(),
        "https://fund.example.gov.cn@evil.example/callback", "https://fund.example.gov.cn/callback/../evil",
        "//fund.example.gov.cn/callback", "javascript:alert(1)", "https://fund.example.gov.cn/%63allback", "", None,
        "https://fund.example.gov.cn/callback\\@evil.example", 'https://"evil"', "https://恶意.example/回来",
    ],
)  # fmt: skip
def test_nobody_is_sent_to_an_address_that_was_not_written_down(party, resident, address):
    answer = party.ask(redirect_uri=address)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "没有登记过" in answer.content.decode()


@pytest.mark.parametrize("client_id", ["1", "0", "-1", "９", "x" * 500, "9" * 19, "0" * 19, "'; drop", "", None])
def test_unknown_client_gets_a_page_and_no_redirect(party, resident, client_id):
    answer = party.ask(client_id=client_id)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize("state", ["requested", "declined", "suspended"])
def test_client_that_is_not_approved_signs_nobody_in(browser, resident, state):
    party = RelyingParty(browser, *make_client(state=state))
    assert party.ask().status_code == 400
    answer = party.exchange("x" * 43)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_suspending_takes_effect_at_once(party, resident):
    tokens = party.tokens(scope="openid offline_access")
    Client.objects.filter(id=party.client.id).update(state="suspended")
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.refresh(tokens["refresh_token"]).json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": '码"'}, "unsupported_response_type"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "whatever"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://evil.example/r"}, "request_uri_not_supported"),
        ({"nonce": "n" * 513}, "invalid_request"),
        ({"state": "s" * 9_000}, "invalid_request"),
        ({"state": "a\0b"}, "invalid_request"),
    ],
)
def test_other_faults_go_back_to_the_client_with_its_state(party, resident, change, error):
    came = party.arrive(party.ask(**change))
    assert came["error"] == error
    assert "code" not in came
    if "state" not in change:
        assert came["state"] == party.state


def test_repeated_parameter_is_refused(party, browser, resident):
    values = [*party.request().items(), ("scope", "openid profile")]
    from urllib.parse import urlencode

    came = party.arrive(browser.get(f"/sign-on/authorize?{urlencode(values)}"))
    assert came == {**came, "error": "invalid_request", "state": party.state}
    twice = [("client_id", party.client_id), *party.request().items()]
    assert browser.get(f"/sign-on/authorize?{urlencode(twice)}").status_code == 400


@pytest.mark.parametrize(
    ("asked", "error"),
    [({}, "consent_required"), ({"acr_values": "urn:shimin:level:3"}, "interaction_required")],
)
def test_silent_request_never_shows_a_page(party, resident, asked, error):
    assert party.arrive(party.ask(prompt="none", **asked))["error"] == error
    assert not WaitingRequest.objects.exists()


def test_silent_request_of_nobody(party):
    assert party.arrive(party.ask(prompt="none"))["error"] == "login_required"


def test_hint_about_somebody_else_is_no_sign_in(party, browser, resident):
    id_token = party.tokens()["id_token"]
    assert "code" in party.arrive(party.ask(prompt="none", id_token_hint=id_token))
    browser.cookies["shimin_session"] = make_resident().token
    assert party.arrive(party.ask(prompt="none", id_token_hint=id_token))["error"] == "login_required"


def test_hint_that_we_did_not_sign_counts_for_nothing(party, resident):
    claims = dict(party.read(party.tokens()["id_token"]).claims)
    part = [base64.urlsafe_b64encode(orjson.dumps(each)).decode().rstrip("=") for each in ({"alg": "none"}, claims)]
    foreign = jwt.encode({"alg": "RS256"}, claims, RSAKey.generate_key(2048))
    for forged in (f"{part[0]}.{part[1]}.", foreign, "x.y.z", "短", "e" * 9_000):
        assert party.arrive(party.ask(prompt="none", id_token_hint=forged))["error"] in (
            "login_required", "invalid_request",
        )  # fmt: skip


def test_consent_needs_the_token_of_our_own_page(party, browser, resident):
    page = party.follow(party.ask())
    address = f"/sign-on/consent/{page.request['PATH_INFO'].rsplit('/', 1)[1]}"
    assert browser.post(address, {"decision": "agree"}).status_code == 403
    assert not Authorisation.objects.exists()


def test_consent_of_one_account_is_none_of_another(party, browser, resident):
    page = party.follow(party.ask())
    party.agree(page)
    page = party.follow(party.ask(prompt="consent"))
    other = make_resident()
    browser.cookies["shimin_session"] = other.token
    page = browser.get(page.request["PATH_INFO"])
    assert b"/sign-on/consent/" in page.content
    assert not Authorisation.objects.filter(account_id=other.account_id).exists()


def test_waiting_request_ends_after_half_an_hour_and_after_one_use(party, browser, resident, at):
    page = party.follow(party.ask())
    address = page.request["PATH_INFO"]
    party.agree(page)
    assert browser.get(address).status_code == 404
    late = party.follow(party.ask(prompt="consent")).request["PATH_INFO"]
    at.now += timedelta(minutes=31)
    assert browser.get(late).status_code == 404
    assert browser.get("/sign-on/continue/x").status_code == 404


def test_wrong_secret_says_so_in_the_way_of_the_standard(party, resident):
    answer = party.exchange(party.sign_in(), secret="x" * 43)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert "access_token" not in answer.json()


def test_secret_by_another_way_than_registered_is_refused(party, resident):
    form = {
        "grant_type": "authorization_code", "code": party.sign_in(), "redirect_uri": CALLBACK,
        "code_verifier": party.verifier, "client_id": party.client_id,
    }  # fmt: skip
    for more in ({}, {"client_secret": party.secret}):
        assert party.server.post("/sign-on/token", {**form, **more}).json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    "form",
    [
        {}, {"grant_type": "password", "username": "a", "password": "b"}, {"grant_type": "client_credentials"},
        {"grant_type": "authorization_code"}, {"grant_type": "authorization_code", "code": "短\0"},
        {"grant_type": "refresh_token"}, {"grant_type": '"\\', "code": "x"}, {"grant_type": ["a", "b"]},
    ],
)  # fmt: skip
def test_odd_calls_get_an_error_of_the_protocol(party, form):
    answer = party.call("/sign-on/token", form)
    assert answer.status_code == 400
    assert answer.json()["error"] in (
        "invalid_request", "unsupported_grant_type", "invalid_grant", "invalid_client",
    )  # fmt: skip


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic //79", "Bearer x", 'Basic "', "Negotiate YII="])
def test_odd_headers_get_an_error_of_the_protocol(header):
    answer = Browser().post("/sign-on/token", {"grant_type": "refresh_token"}, headers={"Authorization": header})
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] in ("invalid_client", "invalid_request")


def test_calls_that_go_wrong_are_bounded(party):
    statuses = [party.exchange("x" * 43).status_code for _ in range(62)]
    assert statuses[:60] == [400] * 60
    assert statuses[-1] == 429


def test_access_token_is_no_refresh_token_and_the_reverse(party, resident):
    tokens = party.tokens(scope="openid offline_access")
    assert party.refresh(tokens["access_token"]).json()["error"] == "invalid_grant"
    assert party.userinfo(tokens["refresh_token"]).status_code == 401


@pytest.mark.parametrize("token", ["x" * 43, "x", "短", "a b", "x" * 9_000])
def test_unknown_access_token_is_refused(party, token):
    answer = party.userinfo(token.encode().decode("latin-1"))
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_secrets_are_stored_as_hashes_only(party, resident):
    code = party.sign_in(scope="openid offline_access")
    tokens = party.exchange(code).json()
    rows = Code.objects.values_list("hash", flat=True), Token.objects.values_list("hash", flat=True)
    stored = [bytes(hashed) for found in rows for hashed in found]
    assert len(stored) == 3
    for secret in (code, tokens["access_token"], tokens["refresh_token"], party.secret):
        assert secret.encode() not in stored


def test_login_hint_is_not_kept_anywhere(party, browser):
    page = party.follow(party.ask(login_hint="13900001234"))
    assert "13900001234" not in page.content.decode()
    assert "13900001234" not in orjson.dumps(WaitingRequest.objects.get().parameters).decode()


@pytest.mark.parametrize(
    "address",
    [
        "http://fund.example.gov.cn/", "https://*.example.gov.cn/", "https://u:p@example.cn/", "ftp://example.cn/",
        "https://example.cn/#x", "https://exa mple.cn/", "https://例子.cn/", "https:///x", "javascript:alert(1)",
        "https://example.cn:99999/", "https://example.cn/" + "x" * 400, "https://example.cn/a/../b", "https://[::1",
    ],
)  # fmt: skip
def test_addresses_that_cannot_be_registered(address):
    assert fault_of(address)


@pytest.mark.parametrize("address", ["https://a.example.cn/cb?x=1", "http://127.0.0.1:9440/cb", "http://[::1]/cb"])
def test_addresses_that_can(address):
    assert fault_of(address) == ""
