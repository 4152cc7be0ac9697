"""A person signs in to a department's system: the ways there and back, and what it gets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client as Browser

from shimin.capabilities.identity.operations.sessions import sign_out
from shimin.capabilities.identity.public import withdraw_consent
from shimin.capabilities.identity.tests.factories import PASSWORD, make_resident
from shimin.capabilities.identity.tests.test_risk import stranger
from shimin.capabilities.sign_on.models import Authorisation, HandOver, WaitingRequest
from shimin.capabilities.sign_on.tests.factories import CALLBACK, make_client
from shimin.capabilities.sign_on.tests.relying_party import RelyingParty

pytestmark = pytest.mark.django_db


def test_signs_in_after_consent_and_tells_what_was_agreed_to(party, resident, at):
    page = party.follow(party.ask(scope="openid profile phone id_number"))
    text = page.content.decode()
    assert "公积金网上大厅" in text
    assert "长沙市住房公积金管理中心" in text
    assert "姓名、出生日期" in text
    assert "我单独同意给它：身份证号码" in text
    came = party.arrive(party.agree(page, sensitive=("id_number",)))
    assert came["state"] == party.state
    answer = party.exchange(came["code"])
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    tokens = answer.json()
    assert tokens["token_type"] == "Bearer"
    claims = party.read(tokens["id_token"]).claims
    assert claims["aud"] == party.client_id
    assert claims["iss"] == "http://127.0.0.1:8000"
    assert claims["nonce"] == party.nonce
    assert claims["acr"] == "urn:shimin:level:2"
    assert claims["auth_time"] == int(at.now.timestamp())
    assert not {"name", "phone_number", "id_number"} & set(claims)
    told = party.userinfo(tokens["access_token"]).json()
    assert told == {
        "sub": claims["sub"], "name": resident.name, "birthdate": "1990-05-17", "phone_number_verified": True,
        "phone_number": f"+86{resident.phone}", "id_number": resident.id_number, "id_document": "id_card",
    }  # fmt: skip
    assert str(resident.account_id) not in claims["sub"]


def test_asks_for_consent_once_and_again_for_more(party, resident):
    party.sign_in(scope="openid profile")
    assert party.ask(scope="openid profile").headers["Location"].startswith(CALLBACK)
    assert b"/sign-on/consent/" in party.follow(party.ask(scope="openid profile phone")).content
    assert b"/sign-on/consent/" in party.follow(party.ask(scope="openid profile", prompt="consent")).content


def test_leaves_out_what_the_person_did_not_tick(party, resident):
    tokens = party.tokens(scope="openid profile id_number")
    assert tokens["scope"] == "openid profile"
    assert "id_number" not in party.userinfo(tokens["access_token"]).json()


def test_says_no_and_goes_back_without_anything(party, resident):
    page = party.follow(party.ask())
    came = party.arrive(party.agree(page, decision="refuse"))
    assert came["error"] == "access_denied"
    assert came["state"] == party.state
    assert not Authorisation.objects.exists()
    assert not WaitingRequest.objects.exists()


def test_a_password_on_a_new_device_opens_no_other_system(party, browser):
    person = make_resident()
    browser.cookies["shimin_session"] = stranger(person).token
    page = party.follow(party.ask())
    assert page.request["PATH_INFO"] == "/account/device"
    assert page.context["next"].startswith("/sign-on/continue/")
    refused = party.arrive(party.ask(prompt="none"))
    assert refused["error"] == "interaction_required"
    assert not Authorisation.objects.exists()


def test_signs_in_on_the_way(party, browser, at):
    person = make_resident()
    browser.cookies["shimin_device"] = person.session.device_token
    page = party.follow(party.ask())
    assert page.request["PATH_INFO"] == "/account/sign-in"
    onward = page.context["next"]
    assert onward.startswith("/sign-on/continue/")
    token = browser.cookies["shimin_csrf"].value
    at.now += timedelta(minutes=1)
    form = {"phone": person.phone, "password": PASSWORD, "next": onward, "csrfmiddlewaretoken": token}
    page = party.follow(browser.post("/account/sign-in", form))
    came = party.arrive(party.agree(page))
    claims = party.read(party.exchange(came["code"]).json()["id_token"]).claims
    assert claims["auth_time"] == int(at.now.timestamp())


def test_steps_up_to_the_level_asked_and_comes_back(party, browser, at):
    person = make_resident(level=1)
    browser.cookies["shimin_session"] = person.token
    page = party.follow(party.ask(acr_values="urn:unknown urn:shimin:level:2"))
    assert page.request["PATH_INFO"] == "/account/real-name"
    assert page.context["next"].startswith("/sign-on/continue/")
    card = party.follow(RelyingParty(browser, party.client, party.secret).ask(acr_values="urn:shimin:level:3"))
    assert card.request["PATH_INFO"] == "/account/real-name"


def test_name_needs_a_proven_name(party, browser):
    person = make_resident(level=1)
    browser.cookies["shimin_session"] = person.token
    assert party.follow(party.ask(scope="openid profile")).request["PATH_INFO"] == "/account/real-name"
    assert b"/sign-on/consent/" in party.follow(party.ask(scope="openid phone")).content


def test_password_again_lifts_a_session_that_fell(party, browser, resident, at):
    at.now += timedelta(hours=13)
    page = party.follow(party.ask(scope="openid profile"))
    assert page.request["PATH_INFO"] == "/account/real-name"
    token = browser.cookies["shimin_csrf"].value
    form = {"password": PASSWORD, "next": page.context["next"], "csrfmiddlewaretoken": token}
    page = party.follow(browser.post("/account/real-name", form))
    came = party.arrive(party.agree(page))
    claims = party.read(party.exchange(came["code"]).json()["id_token"]).claims
    assert (claims["acr"], claims["auth_time"]) == ("urn:shimin:level:2", int(at.now.timestamp()))


def test_level_that_nobody_reaches_is_said(party, resident):
    came = party.arrive(party.ask(acr_values="urn:shimin:level:4"))
    assert came["error"] == "unmet_authentication_requirements"


def test_subject_is_another_one_at_each_host_and_the_same_at_one(browser, resident):
    def subject(**client):
        party = RelyingParty(browser, *make_client(**client), callback=client.get("redirect_uris", [CALLBACK])[0])
        return party.read(party.tokens()["id_token"]).claims["sub"]

    other = {"redirect_uris": ["https://tax.example.gov.cn/back"]}
    assert subject() == subject(name="公积金手机版") != subject(**other)


def test_es256_for_those_who_want_it(browser, resident):
    party = RelyingParty(browser, *make_client(algorithm="ES256"))
    token = party.read(party.tokens()["id_token"])
    assert token.header["alg"] == "ES256"


def test_public_client_with_pkce(browser, resident):
    party = RelyingParty(browser, *make_client(auth_method="none"))
    assert party.tokens()["access_token"]


def test_each_way_to_show_an_access_token(party, resident):
    token = party.tokens(scope="openid profile")["access_token"]
    server = Browser()
    assert server.post("/sign-on/userinfo", {"access_token": token}).json()["name"] == resident.name
    header = {"Authorization": f"bearer {token}"}
    assert server.post("/sign-on/userinfo", headers=header).json()["name"] == resident.name
    assert server.post("/sign-on/userinfo", {"access_token": token}, headers=header).status_code == 400
    assert server.get("/sign-on/userinfo", {"access_token": token}).status_code == 401
    assert server.get("/sign-on/userinfo").headers["WWW-Authenticate"] == 'Bearer realm="shimin"'


def test_refreshes_without_the_person_and_rotates(party, resident, at):
    tokens = party.tokens(scope="openid profile offline_access")
    first = party.read(tokens["id_token"]).claims
    at.now += timedelta(days=2)
    assert party.userinfo(tokens["access_token"]).status_code == 401
    new = party.refresh(tokens["refresh_token"]).json()
    assert new["refresh_token"] != tokens["refresh_token"]
    again = party.read(new["id_token"]).claims
    assert {name: again[name] for name in ("sub", "aud", "auth_time", "acr", "sid")} == {
        name: first[name] for name in ("sub", "aud", "auth_time", "acr", "sid")
    }
    assert "nonce" not in again
    assert party.userinfo(new["access_token"]).json()["name"] == resident.name
    less = party.refresh(new["refresh_token"], scope="openid").json()
    assert "name" not in party.userinfo(less["access_token"]).json()
    assert party.refresh(less["refresh_token"], scope="openid phone").json()["error"] == "invalid_scope"


def test_gets_no_refresh_token_unasked(party, resident):
    assert "refresh_token" not in party.tokens()


def test_refresh_ends_with_the_half_year(party, resident, at):
    token = party.tokens(scope="openid offline_access")["refresh_token"]
    for _ in range(6):
        at.now += timedelta(days=29)
        token = party.refresh(token).json()["refresh_token"]
    at.now += timedelta(days=10)
    assert party.refresh(token).json()["error"] == "invalid_grant"


def test_withdrawn_consent_ends_all_of_it_at_once(party, resident, at):
    tokens = party.tokens(scope="openid profile offline_access")
    code = party.sign_in(scope="openid profile")
    withdraw_consent(resident.actor, f"sign_on.{party.client_id}", at.now)
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert party.exchange(code).json()["error"] == "invalid_grant"
    assert b"/sign-on/consent/" in party.follow(party.ask(scope="openid profile")).content


def test_signing_out_makes_a_code_worthless(party, resident, at):
    code = party.sign_in()
    sign_out(actor=resident.actor, now=at.now)
    assert party.exchange(code).json()["error"] == "invalid_grant"


def test_hand_over_stands_where_the_person_looks(party, browser, resident):
    tokens = party.tokens(scope="openid profile phone")
    for _ in range(3):
        party.userinfo(tokens["access_token"])
    line = HandOver.objects.get(account_id=resident.account_id)
    assert (line.times, line.claims) == (3, ["sub", "name", "birthdate", "phone_number"])
    reads = browser.get("/me/reads").content.decode()
    assert "姓名、出生日期、手机号" in reads
    systems = browser.get("/me/systems").content.decode()
    assert "取了 3 次" in systems
    assert "断开" in systems
    assert "公积金网上大厅" in browser.get("/me/consents").content.decode()


def test_subject_alone_is_no_hand_over(party, resident):
    party.userinfo(party.tokens()["access_token"])
    assert not HandOver.objects.exists()


def test_revokes_one_token_or_the_whole_sign_in(party, resident):
    tokens = party.tokens(scope="openid profile offline_access")
    assert party.call("/sign-on/revoke", {"token": tokens["access_token"]}).status_code == 200
    assert party.userinfo(tokens["access_token"]).status_code == 401
    new = party.refresh(tokens["refresh_token"]).json()
    assert party.call("/sign-on/revoke", {"token": new["refresh_token"]}).status_code == 200
    assert party.userinfo(new["access_token"]).status_code == 401
    assert party.refresh(new["refresh_token"]).json()["error"] == "invalid_grant"
    assert party.call("/sign-on/revoke", {"token": "nobody-knows-it"}).status_code == 200
