"""The 35 modules of the OpenID Foundation's Basic OP test plan (code flow, static client), each as a test.

Written from the plan's public descriptions; the Foundation's own suite was not run. ``MODULES`` maps each module to its
test, docs/reference/oidc-basic-op.md is the same table.
"""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from shimin.capabilities.identity.tests.factories import PASSWORD
from shimin.capabilities.sign_on.models import Client
from shimin.capabilities.sign_on.tests.factories import CALLBACK, make_client
from shimin.capabilities.sign_on.tests.relying_party import RelyingParty

pytestmark = pytest.mark.django_db
REFERENCE = Path(__file__).parents[5] / "docs" / "reference" / "oidc-basic-op.md"


@pytest.fixture
def party(party: RelyingParty, resident) -> RelyingParty:
    """A system whose person is signed in."""
    return party


def again(party, browser, page):
    """Sign in once more on the way, as the page that asks for it shows."""
    token = browser.cookies["shimin_csrf"].value
    form = {"phone": party.phone, "password": PASSWORD, "next": page.context["next"], "csrfmiddlewaretoken": token}
    return party.follow(browser.post("/account/sign-in", form))


def claims(party, **parameters):
    return party.read(party.tokens(**parameters)["id_token"]).claims


def told(party, scope: str):
    answer = party.userinfo(party.tokens(scope=scope, sensitive=("id_number",))["access_token"])
    assert answer.status_code == 200
    return answer.json()


def test_code_flow_with_a_confidential_client(party):
    tokens = party.tokens()
    token = party.read(tokens["id_token"])
    assert tokens["token_type"].lower() == "bearer"
    assert {"iss", "sub", "aud", "exp", "iat"} <= set(token.claims)
    assert token.header["alg"] == "RS256"
    assert token.header["kid"]
    assert len(token.claims["sub"]) <= 255


def test_missing_response_type_is_an_error(party):
    assert party.arrive(party.ask(response_type=None))["error"] in ("invalid_request", "unsupported_response_type")


def test_userinfo_by_get(party):
    tokens = party.tokens()
    assert party.userinfo(tokens["access_token"]).json()["sub"] == party.read(tokens["id_token"]).claims["sub"]


def test_userinfo_by_post_with_header(party):
    header = {"Authorization": f"Bearer {party.tokens()['access_token']}"}
    assert party.server.post("/sign-on/userinfo", headers=header).json()["sub"]


def test_userinfo_by_post_with_body(party):
    assert party.server.post("/sign-on/userinfo", {"access_token": party.tokens()["access_token"]}).json()["sub"]


def test_no_nonce_is_no_error(party):
    assert "nonce" not in claims(party, nonce=None)


def test_scope_profile(party, resident):
    assert told(party, "openid profile")["name"] == resident.name


def test_scope_email_is_left_out_without_an_error(party):
    assert set(told(party, "openid email")) == {"sub"}


def test_scope_address_is_left_out_without_an_error(party):
    assert set(told(party, "openid address")) == {"sub"}


def test_scope_phone(party, resident):
    assert told(party, "openid phone")["phone_number"] == f"+86{resident.phone}"


def test_all_scopes_at_once(party):
    assert {"name", "birthdate", "phone_number"} <= set(told(party, "openid profile email address phone"))


def test_other_order_of_scopes(party):
    assert "phone_number" in told(party, "phone openid")


def test_display_page(party):
    assert claims(party, display="page")["sub"]


def test_display_popup(party):
    assert claims(party, display="popup")["sub"]


def test_prompt_login_asks_again(party, browser, resident, at):
    first = claims(party)
    at.now += timedelta(minutes=2)
    page = party.follow(party.ask(prompt="login"))
    assert page.request["PATH_INFO"] == "/account/sign-in"
    party.phone = resident.phone
    code = party.arrive(again(party, browser, page))["code"]
    second = party.read(party.exchange(code).json()["id_token"]).claims
    assert second["auth_time"] > first["auth_time"]
    assert second["sub"] == first["sub"]


def test_prompt_none_of_nobody_is_login_required(party, browser):
    del browser.cookies["shimin_session"]
    assert party.arrive(party.ask(prompt="none"))["error"] == "login_required"


def test_prompt_none_of_somebody_shows_no_page(party):
    first = claims(party)
    code = party.arrive(party.ask(prompt="none"))["code"]
    second = party.read(party.exchange(code).json()["id_token"]).claims
    assert (second["sub"], second["auth_time"]) == (first["sub"], first["auth_time"])


def test_max_age_of_a_second_asks_again(party, browser, resident, at):
    first = claims(party)
    at.now += timedelta(seconds=2)
    page = party.follow(party.ask(max_age="1"))
    assert page.request["PATH_INFO"] == "/account/sign-in"
    party.phone = resident.phone
    code = party.arrive(again(party, browser, page))["code"]
    second = party.read(party.exchange(code).json()["id_token"]).claims
    assert second["auth_time"] > first["auth_time"]


def test_max_age_that_is_long_asks_nobody(party, at):
    first = claims(party)
    at.now += timedelta(minutes=5)
    assert claims(party, max_age="10000")["auth_time"] == first["auth_time"]


def test_unknown_parameters_are_ignored(party):
    assert claims(party, extra="foobar")["sub"]


def test_id_token_hint_with_prompt_none(party):
    tokens = party.tokens()
    code = party.arrive(party.ask(prompt="none", id_token_hint=tokens["id_token"]))["code"]
    assert party.read(party.exchange(code).json()["id_token"]).claims["sub"]


def test_login_hint_is_no_error(party):
    assert claims(party, login_hint="buffy@example.com")["sub"]


def test_ui_locales_are_no_error(party):
    assert claims(party, ui_locales="se")["sub"]


def test_claims_locales_are_no_error(party):
    assert claims(party, claims_locales="se")["sub"]


def test_acr_values_are_answered(party):
    assert claims(party, acr_values="urn:unknown:gold urn:shimin:level:1")["acr"] == "urn:shimin:level:2"


def test_code_is_refused_the_second_time(party):
    code = party.sign_in()
    assert party.exchange(code).status_code == 200
    assert party.exchange(code).json()["error"] == "invalid_grant"


def test_code_used_again_after_half_a_minute_ends_the_access_token(party, at):
    code = party.sign_in()
    token = party.exchange(code).json()["access_token"]
    at.now += timedelta(seconds=30)
    assert party.exchange(code).json()["error"] == "invalid_grant"
    assert party.userinfo(token).status_code == 401


def test_address_that_is_not_registered_is_a_page(party):
    answer = party.ask(redirect_uri=f"{CALLBACK}?foo=bar")
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_request_by_post(party, browser):
    answer = browser.post("/sign-on/authorize", party.request())
    assert answer.status_code == 303
    page = party.follow(answer)
    assert party.arrive(party.agree(page))["code"]


def test_secret_in_the_body(browser, resident):
    assert claims(RelyingParty(browser, *make_client(auth_method="client_secret_post")))["sub"]


def unsigned_request(party, **content) -> str:
    parts = [{"alg": "none"}, {"client_id": party.client_id, **content}]
    return ".".join(base64.urlsafe_b64encode(orjson.dumps(part)).decode().rstrip("=") for part in parts) + "."


def test_unsigned_request_object_is_refused_as_not_supported(party):
    came = party.arrive(party.ask(request=unsigned_request(party, state="inside")))
    assert (came["error"], came["state"]) == ("request_not_supported", party.state)


def test_claims_parameter_is_no_error_and_said_not_to_be_supported(party):
    wanted = orjson.dumps({"userinfo": {"name": {"essential": True}}}).decode()
    assert claims(party, claims=wanted)["sub"]
    assert party.server.get("/.well-known/openid-configuration").json()["claims_parameter_supported"] is False


def test_request_object_with_another_address_leads_nowhere(party):
    request = unsigned_request(party, redirect_uri="https://evil.example/")
    came = party.arrive(party.ask(request=request))
    assert came["error"] == "request_not_supported"
    assert party.ask(request=request, redirect_uri=None).status_code == 400


def test_refresh_token(party, browser):
    tokens = party.tokens(scope="openid offline_access")
    new = party.refresh(tokens["refresh_token"]).json()
    first, second = (party.read(each["id_token"]).claims for each in (tokens, new))
    assert (first["iss"], first["sub"], first["aud"]) == (second["iss"], second["sub"], second["aud"])
    assert new["access_token"] != tokens["access_token"]
    other = RelyingParty(browser, *make_client(name="别的系统"))
    assert other.refresh(new["refresh_token"]).json()["error"] == "invalid_grant"


def test_pkce_for_a_client_that_need_not(party):
    assert Client.objects.get(id=party.client.id).auth_method == "client_secret_basic"
    code = party.sign_in()
    assert party.verifier
    assert party.exchange(code).status_code == 200


MODULES = {
    "oidcc-server": test_code_flow_with_a_confidential_client,
    "oidcc-response-type-missing": test_missing_response_type_is_an_error,
    "oidcc-userinfo-get": test_userinfo_by_get,
    "oidcc-userinfo-post-header": test_userinfo_by_post_with_header,
    "oidcc-userinfo-post-body": test_userinfo_by_post_with_body,
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow": test_no_nonce_is_no_error,
    "oidcc-scope-profile": test_scope_profile,
    "oidcc-scope-email": test_scope_email_is_left_out_without_an_error,
    "oidcc-scope-address": test_scope_address_is_left_out_without_an_error,
    "oidcc-scope-phone": test_scope_phone,
    "oidcc-scope-all": test_all_scopes_at_once,
    "oidcc-ensure-other-scope-order-succeeds": test_other_order_of_scopes,
    "oidcc-display-page": test_display_page,
    "oidcc-display-popup": test_display_popup,
    "oidcc-prompt-login": test_prompt_login_asks_again,
    "oidcc-prompt-none-not-logged-in": test_prompt_none_of_nobody_is_login_required,
    "oidcc-prompt-none-logged-in": test_prompt_none_of_somebody_shows_no_page,
    "oidcc-max-age-1": test_max_age_of_a_second_asks_again,
    "oidcc-max-age-10000": test_max_age_that_is_long_asks_nobody,
    "oidcc-ensure-request-with-unknown-parameter-succeeds": test_unknown_parameters_are_ignored,
    "oidcc-id-token-hint": test_id_token_hint_with_prompt_none,
    "oidcc-login-hint": test_login_hint_is_no_error,
    "oidcc-ui-locales": test_ui_locales_are_no_error,
    "oidcc-claims-locales": test_claims_locales_are_no_error,
    "oidcc-ensure-request-with-acr-values-succeeds": test_acr_values_are_answered,
    "oidcc-codereuse": test_code_is_refused_the_second_time,
    "oidcc-codereuse-30seconds": test_code_used_again_after_half_a_minute_ends_the_access_token,
    "oidcc-ensure-registered-redirect-uri": test_address_that_is_not_registered_is_a_page,
    "oidcc-ensure-post-request-succeeds": test_request_by_post,
    "oidcc-server-client-secret-post": test_secret_in_the_body,
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported": (
        test_unsigned_request_object_is_refused_as_not_supported
    ),
    "oidcc-claims-essential": test_claims_parameter_is_no_error_and_said_not_to_be_supported,
    "oidcc-ensure-request-object-with-redirect-uri": test_request_object_with_another_address_leads_nowhere,
    "oidcc-refresh-token": test_refresh_token,
    "oidcc-ensure-request-with-valid-pkce-succeeds": test_pkce_for_a_client_that_need_not,
}


def test_table_of_the_reference_is_this_one():
    assert len(MODULES) == len(set(MODULES.values())) == 35
    rows = [f"| `{module}` | `{test.__name__}` |" for module, test in MODULES.items()]
    assert "\n".join(rows) in REFERENCE.read_text("utf-8")
