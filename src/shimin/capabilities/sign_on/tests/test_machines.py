"""Systems by themselves: a text signed with a key of their own, good once; scopes of agencies; limits of their own."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import timedelta

import orjson
import pytest
from django.test import Client as Browser
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from shimin.capabilities.sign_on.domain.keys import KeysRefused, read_public_keys
from shimin.capabilities.sign_on.models import Client, UsedAssertion
from shimin.capabilities.sign_on.operations.protocol import engine as protocol_engine
from shimin.capabilities.sign_on.public import forget_old
from shimin.capabilities.sign_on.tests.factories import make_client
from shimin.capabilities.sign_on.tests.relying_party import RelyingParty

pytestmark = pytest.mark.django_db
ISSUER = "http://127.0.0.1:8000"
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
HS256, NONE = b'{"alg":"HS256"}', b'{"alg":"none"}'
SCOPES = ["housing-fund:accounts.read", "traffic-police:violations.read"]


class Machine:
    """A system's own program: signs, asks for tokens."""

    def __init__(self, at, *, algorithm: str = "ES256", agency: str = "tax", **client) -> None:
        self.at, self.algorithm, self.server = at, algorithm, Browser()
        self.key = ECKey.generate_key("P-256") if algorithm == "ES256" else RSAKey.generate_key(2048)
        self.client, _ = make_client(auth_method="private_key_jwt", redirect_uris=[], scopes=["openid"], **client)
        jwks = {"keys": [self.key.as_dict(private=False)]}
        Client.objects.filter(id=self.client.id).update(jwks=jwks, machine_scopes=SCOPES, agency_slug=agency)

    def sign(self, *, key=None, header=None, **change) -> str:
        now = int(self.at.now.timestamp())
        claims = {
            "iss": str(self.client.id), "sub": str(self.client.id), "aud": ISSUER, "iat": now, "exp": now + 60,
            "jti": secrets.token_urlsafe(8), **change,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        algorithm = (header or {}).get("alg", self.algorithm)
        return jwt.encode(header or {"alg": self.algorithm}, claims, key or self.key, algorithms=[algorithm])

    def call(self, path: str, *, assertion: str | None = None, **form):
        form = {"client_assertion_type": TYPE, "client_assertion": assertion or self.sign(), **form}
        return self.server.post(path, {k: v for k, v in form.items() if v is not None})

    def token(self, **more):
        return self.call("/sign-on/token", grant_type="client_credentials", **more)


@pytest.fixture
def machine(db, at) -> Machine:
    return Machine(at)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256"])
def test_gets_a_token_for_what_was_approved(db, at, algorithm):
    answer = Machine(at, algorithm=algorithm).token()
    assert answer.status_code == 200, answer.json()
    assert answer.json()["scope"].split() == SCOPES
    assert "refresh_token" not in answer.json()
    assert "id_token" not in answer.json()


def test_may_ask_for_less_and_not_for_more(machine):
    assert machine.token(scope=SCOPES[1]).json()["scope"] == SCOPES[1]
    for more in (f"{SCOPES[0]} housing-fund:accounts.write", "openid", "profile"):
        assert machine.token(scope=more).json()["error"] == "invalid_scope"


@pytest.mark.parametrize("audience", [ISSUER, f"{ISSUER}/sign-on/token", [ISSUER, "https://other.example"]])
def test_assertion_for_us(machine, audience):
    assert machine.token(assertion=machine.sign(aud=audience)).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "https://other.example"}, {"aud": None}, {"aud": [7]}, {"iss": "1"}, {"iss": None}, {"sub": None},
        {"sub": 7}, {"sub": "1"}, {"exp": None}, {"exp": 1}, {"exp": "soon"}, {"exp": float("nan")}, {"exp": True},
        {"exp": 9_999_999_999}, {"iat": 9_999_999_999}, {"nbf": 9_999_999_999}, {"jti": None}, {"jti": 7},
        {"jti": "x" * 201},
    ],
)  # fmt: skip
def test_assertion_that_does_not_fit_is_refused(machine, change):
    answer = machine.token(assertion=machine.sign(**change))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_assertion_is_good_once(machine, at):
    text = machine.sign()
    assert machine.token(assertion=text).status_code == 200
    assert machine.token(assertion=text).json()["error"] == "invalid_client"
    at.now += timedelta(minutes=7)
    forget_old(at.now)
    assert not UsedAssertion.objects.exists()
    assert machine.token(assertion=text).json()["error"] == "invalid_client"


def test_foreign_keys_and_confused_algorithms_are_refused(machine, at):
    body = machine.sign().split(".")[1]
    symmetric = f"{in_base64(HS256)}.{body}"
    secret = machine.key.as_pem(private=False)  # what a careless server would take for the shared secret
    mac = hmac.digest(secret, symmetric.encode(), "sha256")
    for text in (
        machine.sign(key=Machine(at).key),
        f"{symmetric}.{in_base64(mac)}",
        f"{in_base64(NONE)}.{body}.",
        machine.sign().rsplit(".", 1)[0] + ".",
        "x.y.z",
        "短",
    ):
        assert machine.token(assertion=text).json()["error"] == "invalid_client"


def in_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_only_a_key_opens_what_machines_may_do(browser, resident, machine):
    party = RelyingParty(browser, *make_client())
    Client.objects.filter(id=party.client.id).update(machine_scopes=SCOPES)
    answer = party.call("/sign-on/token", {"grant_type": "client_credentials"})
    assert answer.json()["error"] == "invalid_client"
    Client.objects.filter(id=machine.client.id).update(machine_scopes=[])
    assert machine.token().json()["error"] == "unauthorized_client"


def test_machine_signs_nobody_in(browser, machine):
    address = {"client_id": str(machine.client.id), "redirect_uri": "https://a.example/"}
    assert browser.get("/sign-on/authorize", address).status_code == 400
    assert machine.server.get(
        "/sign-on/userinfo", headers={"Authorization": f"Bearer {machine.token().json()['access_token']}"}
    ).status_code == 401  # fmt: skip


def test_key_signs_people_in_too(browser, resident, at):
    client, _ = make_client(auth_method="private_key_jwt")
    machine = Machine(at)
    Client.objects.filter(id=client.id).update(jwks={"keys": [machine.key.as_dict(private=False)]})
    party = RelyingParty(browser, client, "")
    code = party.sign_in()
    machine.client = client
    form = {"code": code, "redirect_uri": party.callback, "code_verifier": party.verifier}
    assert party.exchange(code).json()["error"] == "invalid_client"
    answer = machine.call("/sign-on/token", grant_type="authorization_code", **form)
    assert party.read(answer.json()["id_token"]).claims["aud"] == str(client.id)


def test_called_system_learns_what_the_token_is_good_for_there(db, at, machine):
    token = machine.token().json()["access_token"]
    fund, police, tax = (Machine(at, agency=slug) for slug in ("housing-fund", "traffic-police", "tax"))
    known = fund.call("/sign-on/introspect", token=token).json()
    assert (known["active"], known["scope"], known["client_id"]) == (True, SCOPES[0], str(machine.client.id))
    assert police.call("/sign-on/introspect", token=token).json()["scope"] == SCOPES[1]
    assert tax.call("/sign-on/introspect", token=token).json() == {"active": False}
    elsewhere = Machine(at, agency="housing-fund", city_code="430200")
    assert elsewhere.call("/sign-on/introspect", token=token).json() == {"active": False}
    for odd in ("x", "x" * 43, "短"):
        assert fund.call("/sign-on/introspect", token=odd).json() == {"active": False}
    machine.call("/sign-on/revoke", token=token)
    assert fund.call("/sign-on/introspect", token=token).json() == {"active": False}


def test_token_runs_out_and_ends_with_its_client(db, at, machine):
    fund = Machine(at, agency="housing-fund")
    token = machine.token().json()["access_token"]
    Client.objects.filter(id=machine.client.id).update(state="suspended")
    assert fund.call("/sign-on/introspect", token=token).json() == {"active": False}
    Client.objects.filter(id=machine.client.id).update(state="approved")
    at.now += timedelta(minutes=10)
    assert fund.call("/sign-on/introspect", token=token).json() == {"active": False}


def test_tokens_of_people_are_nobody_elses_business(party, resident, at):
    token = party.tokens(scope="openid profile")["access_token"]
    assert Machine(at, agency="housing-fund").call("/sign-on/introspect", token=token).json() == {"active": False}
    assert party.call("/sign-on/introspect", {"token": token}).json() == {"active": False}


def test_each_client_has_its_own_limit_and_strangers_cannot_use_it_up(machine, at):
    protocol_engine._bucket.cache_clear()
    Client.objects.filter(id=machine.client.id).update(calls_per_minute=3)
    for _ in range(5):
        machine.token(assertion=machine.sign(key=ECKey.generate_key("P-256")))
    statuses = [machine.token().status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert Machine(at).token().status_code == 200


def keys(*made) -> str:
    return orjson.dumps({"keys": [key.as_dict(private=False) for key in made]}).decode()


@pytest.mark.filterwarnings("ignore:Key size")
def test_short_rsa_key_is_refused():
    with pytest.raises(KeysRefused, match="2048"):
        read_public_keys(keys(RSAKey.generate_key(1024)))


def test_public_keys_are_taken():
    good = read_public_keys(keys(RSAKey.generate_key(2048), ECKey.generate_key("P-256")))
    assert len(good["keys"]) == 2


BAD_KEYS = {
    "nothing": lambda: "",
    "no JSON": lambda: "x",
    "a list": lambda: "[]",
    "no keys": lambda: "{}",
    "an empty set": lambda: '{"keys": []}',
    "an object for keys": lambda: '{"keys": {}}',
    "a number for a key": lambda: '{"keys": [1]}',
    "null": lambda: "null",
    "half a key": lambda: '{"keys":[{"kty":"RSA"}]}',
    "a private key": lambda: orjson.dumps({"keys": [ECKey.generate_key("P-256").as_dict(private=True)]}).decode(),
    "another curve": lambda: keys(ECKey.generate_key("P-384")),
    "a shared secret": lambda: orjson.dumps({"keys": [OctKey.generate_key(256).as_dict(private=True)]}).decode(),
    "six keys": lambda: keys(*[ECKey.generate_key("P-256") for _ in range(6)]),
}


@pytest.mark.parametrize("make", BAD_KEYS.values(), ids=BAD_KEYS)
def test_other_keys_are_not(make):
    with pytest.raises(KeysRefused):
        read_public_keys(make())
