"""Keys of id tokens: published before they sign and after, encrypted at rest, rotated without anybody noticing."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from joserfc.errors import JoseError

from shimin.capabilities.sign_on.domain.clients import KEY_AFTER, KEY_AHEAD, KEY_LIFETIME
from shimin.capabilities.sign_on.models import SigningKey
from shimin.capabilities.sign_on.public import forget_old, rotate

pytestmark = pytest.mark.django_db


def kids(party) -> set[str]:
    return {key["kid"] for key in party.server.get("/sign-on/keys").json()["keys"]}


def test_publishes_a_public_key_of_each_algorithm(party):
    answer = party.server.get("/sign-on/keys")
    keys = answer.json()["keys"]
    assert {key["alg"] for key in keys} == {"RS256", "ES256"}
    assert all(key["use"] == "sig" and not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key) for key in keys)
    assert "max-age=300" in answer.headers["Cache-Control"]
    assert kids(party) == kids(party)


def test_private_halves_are_encrypted(party):
    kids(party)
    for row in SigningKey.objects.all():
        assert b'"d"' not in bytes(row.private)
        assert b"kty" not in bytes(row.private)
        assert "d" not in row.public


def test_rotation_is_noticed_by_nobody(party, resident, at):
    old = party.tokens()["id_token"]
    before = kids(party)
    assert rotate(at.now, only_due=False) == 2
    assert before < kids(party)
    assert party.read(party.tokens()["id_token"]).header["kid"] in before  # not yet: clients may hold the old list
    assert rotate(at.now, only_due=False) == 0  # the next one does not sign yet
    at.now += KEY_AHEAD
    new = party.read(party.tokens()["id_token"]).header["kid"]
    assert new not in before
    assert party.read(old).header["kid"] in before
    at.now += KEY_AFTER
    forget_old(at.now)
    assert not before & kids(party)
    with pytest.raises((JoseError, ValueError)):
        party.read(old)


def test_keys_are_rotated_when_due(party, at):
    kids(party)
    assert rotate(at.now) == 0
    at.now += KEY_LIFETIME + timedelta(minutes=1)
    assert rotate(at.now) == 2
    assert rotate(at.now) == 0
    assert SigningKey.objects.filter(signs_until=None).count() == 2


def test_command_lists_and_rotates(party, at):
    def run(action: str) -> str:
        out = StringIO()
        call_command("signing_keys", action, stdout=out)
        return out.getvalue()

    assert run("list") == ""
    assert run("rotate").startswith("2 made")
    at.now += KEY_AHEAD
    told = run("rotate")
    assert told.startswith("2 made")
    assert told.count("published until") == 2
    assert "nothing made" in run("rotate")
    assert kids(party) == {line.split()[0] for line in run("list").splitlines()}


def test_discovery_says_what_is_true(party):
    document = party.server.get("/.well-known/openid-configuration").json()
    assert document["issuer"] == "http://127.0.0.1:8000"
    assert document["id_token_signing_alg_values_supported"] == ["RS256", "ES256"]
    assert document["subject_types_supported"] == ["pairwise"]
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "revocation_endpoint"):
        path = document[name].removeprefix(document["issuer"])
        assert party.server.get(path).status_code in (200, 400, 401, 405), name
    assert party.server.get("/.well-known/oauth-authorization-server").json() == document
