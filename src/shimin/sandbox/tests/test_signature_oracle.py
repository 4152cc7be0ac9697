"""Our subset of RFC 9421 against an implementation by others."""

import datetime
import secrets
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    InvalidSignature,
    MappingKeyResolver,
    algorithms,
)

from shimin.sandbox.signatures import parse_signature_input
from shimin.sandbox.tests.caller import COVERED, Answer, Signed, enquiry, send, sign

RESPONSE_COVERED = ("@status", "content-digest", "content-type", '"signature";req;key="sig1"')


def _request_message(port: int, request: Signed) -> SimpleNamespace:
    return SimpleNamespace(method="POST", url=f"http://127.0.0.1:{port}{request.path}", headers=dict(request.headers))


def _response_message(port: int, request: Signed, answer: Answer) -> SimpleNamespace:
    return SimpleNamespace(
        status_code=answer.status, headers=dict(answer.headers), request=_request_message(port, request)
    )


def _verifier(**public_keys: Ed25519PublicKey) -> HTTPMessageVerifier:
    keys = {name.replace("_", "-"): key for name, key in public_keys.items()}
    resolver = MappingKeyResolver(public_keys=keys, private_keys={})
    return HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=resolver)


def test_department_accepts_a_request_signed_by_the_oracle(town):
    port = town.ports["traffic-police"]
    unsigned = sign(town.platform_key, port, "vehicles", enquiry())
    headers = {name: unsigned.headers[name] for name in ("Host", "Content-Type")}
    message = SimpleNamespace(method="POST", url=f"http://127.0.0.1:{port}{unsigned.path}", headers=headers)
    resolver = MappingKeyResolver(public_keys={}, private_keys={"platform": town.platform_key})
    now = datetime.datetime.now(datetime.UTC)
    HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=resolver).sign(
        message,
        key_id="platform",
        label="sig1",
        created=now,
        expires=now + datetime.timedelta(seconds=30),
        nonce=secrets.token_urlsafe(16),
        covered_component_ids=COVERED,
        body=unsigned.body,
    )
    answer = send(port, Signed(unsigned.path, unsigned.body, message.headers))
    assert (answer.status, answer.json["found"]) == (200, True)


def test_oracle_accepts_our_request_signature(town):
    port = town.ports["population"]
    request = sign(town.platform_key, port, "identity-check", enquiry())
    results = _verifier(platform=town.platform_key.public_key()).verify(
        _request_message(port, request), require_components=COVERED, body=request.body
    )
    assert results[0].parameters["keyid"] == "platform"


def test_oracle_accepts_the_signed_answer(town):
    port = town.ports["population"]
    request = sign(town.platform_key, port, "identity-check", enquiry(fields=["matches"]))
    answer = send(port, request)
    results = _verifier(population=town.department_key("population")).verify(
        _response_message(port, request, answer), require_components=RESPONSE_COVERED, body=answer.body
    )
    assert results[0].parameters["keyid"] == "population"


def test_oracle_refuses_an_answer_to_another_request(town):
    port = town.ports["population"]
    requests = [sign(town.platform_key, port, "identity-check", enquiry(fields=["matches"])) for _ in range(2)]
    answer = send(port, requests[0])
    verifier = _verifier(population=town.department_key("population"))
    with pytest.raises(InvalidSignature):
        verifier.verify(_response_message(port, requests[1], answer), body=answer.body)


@pytest.mark.parametrize(
    "field",
    [
        "",
        'sig2=("@method");created=1;expires=2;nonce="n";keyid="k";alg="ed25519"',
        'sig1=();created=1;expires=2;nonce="n";keyid="k";alg="ed25519"',
        'sig1=("@method");created=1;created=2;expires=2;nonce="n";keyid="k";alg="ed25519"',
        'sig1=("@method");created="1";expires=2;nonce="n";keyid="k";alg="ed25519"',
        'sig1=("@method");created=1;expires=2;nonce=3;keyid="k";alg="ed25519"',
        'sig1=("@method");created=1;expires=2;nonce="n";keyid="k"',
        'sig1=("@method");created=1;expires=2;nonce="n";keyid="k";alg="ed25519";tag="t"',
        'sig1=("@method";req);created=1;expires=2;nonce="n";keyid="k";alg="ed25519"',
        'sig1=("@method");created=1;expires=2;nonce="n";keyid="k";alg="ed25519", sig2=("@path")',
    ],
)
def test_refuses_a_signature_input_of_another_form(field):
    assert parse_signature_input(field) is None


def test_reads_parameters_in_any_order():
    text = '("@path" "@method");alg="ed25519";nonce="n";expires=9;keyid="platform";created=3'
    read = parse_signature_input(f"sig1={text}")
    assert read is not None
    assert (read.text, read.components, read.created, read.expires) == (text, ("@path", "@method"), 3, 9)
