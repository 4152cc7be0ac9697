"""Whatever is sent: an answer of the protocol, a page, or a way back to the registered address; never an exception."""

from __future__ import annotations

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shimin.capabilities.sign_on.operations import token as token_operation
from shimin.capabilities.sign_on.tests.factories import CALLBACK

pytestmark = pytest.mark.django_db
ANY = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXT = st.text(max_size=60) | st.sampled_from(
    ["", "none", "code", "openid", "S256", "-1", "9" * 30, "null", "[]", "a.b.c", "e30.e30.", "\x00", "\u202e", '"\\']
)
ASKED = st.dictionaries(
    st.sampled_from(
        [
            *(
                "response_type",
                "response_mode",
                "scope",
                "state",
                "nonce",
                "prompt",
                "max_age",
                "acr_values",
                "display",
            ),
            *("id_token_hint", "login_hint", "code_challenge", "code_challenge_method", "claims", "ui_locales", "x"),
            *("request", "request_uri", "registration", "client_id", "redirect_uri"),
        ]
    ),
    st.lists(TEXT, max_size=2),
    max_size=8,
)
CALLED = st.dictionaries(
    st.sampled_from(
        [
            *("grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "client_id"),
            *("client_secret", "client_assertion", "client_assertion_type", "token", "token_type_hint", "x"),
        ]
    ),
    st.lists(
        TEXT
        | st.sampled_from(
            [
                *("authorization_code", "refresh_token", "client_credentials", CALLBACK, "x" * 43, "access_token"),
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ]
        ),
        max_size=2,
    ),
    max_size=8,
)
HEADERS = st.sampled_from(["", "Basic", "Basic Og==", "Basic /w==", "Bearer x", "right"]) | st.binary(max_size=20).map(
    lambda data: f"Basic {base64.b64encode(data).decode()}"
)


@ANY
@given(asked=ASKED)
def test_authorisation_endpoint(party, resident, asked):
    values = {**party.request(), **asked}
    answer = party.browser.get("/sign-on/authorize", values)
    assert answer.status_code in (302, 303, 400)
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith(f"{CALLBACK}?")
    if answer.status_code == 303:
        assert party.follow(answer).status_code in (200, 302)


@ANY
@given(called=CALLED, header=HEADERS, path=st.sampled_from(["token", "revoke", "introspect"]))
def test_endpoints_of_servers(party, called, header, path, monkeypatch):
    monkeypatch.setattr(token_operation, "_count_failure", lambda address, now: None)
    right = f"Basic {base64.b64encode(f'{party.client_id}:{party.secret}'.encode()).decode()}"
    headers = {"Authorization": right if header == "right" else header} if header else {}
    answer = party.server.post(f"/sign-on/{path}", called, headers=headers)
    assert answer.status_code in (200, 400, 401)
    assert answer.headers["Content-Type"] == "application/json"
    assert "access_token" not in answer.json()


@ANY
@given(
    values=st.dictionaries(st.sampled_from(["id_token_hint", "client_id", "state", "x"]), st.lists(TEXT, max_size=2))
)
def test_sign_out_endpoint(party, resident, values):
    answer = party.browser.get("/sign-on/end-session", values)
    assert answer.status_code in (200, 400)


@ANY
@given(token=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=60))
def test_userinfo_endpoint(party, token):
    answer = party.server.get("/sign-on/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
