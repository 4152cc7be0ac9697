"""The Signature-Input grammar; signatures themselves are proved against the package in test_http_client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shimin.kernel.crypto.signing import (
    SignatureExpired,
    SignatureInvalid,
    _base,
    _byte_sequence,
    content_digest,
    sign_request,
    verify_response,
)

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
BODY = b'{"found":true}'
REQUEST_SIGNATURE = ":c2lnbmF0dXJl:"
COMPONENTS = '"@status" "content-digest" "content-type" "signature";req;key="sig1"'
PARAMS = f'({COMPONENTS});created={int(NOW.timestamp())};nonce="n";keyid="dept";alg="ed25519"'


def answer(params: str = PARAMS) -> dict[str, str]:
    digest = content_digest(BODY)
    lines = [
        '"@status": 200',
        f'"content-digest": {digest}',
        '"content-type": application/json',
        f'"signature";req;key="sig1": {REQUEST_SIGNATURE}',
    ]
    return {
        "content-type": "application/json",
        "content-digest": digest,
        "signature-input": f"sig1={params}",
        "signature": f"sig1={_byte_sequence(KEY.sign(_base(lines, params)))}",
    }


def verify(headers: dict[str, str], now: datetime = NOW) -> datetime:
    return verify_response(
        key=KEY.public_key(),
        keyid="dept",
        status=200,
        headers=headers,
        body=BODY,
        request_signature=REQUEST_SIGNATURE,
        now=now,
    )


def test_accepts_its_own_form():
    assert verify(answer()) == NOW


@pytest.mark.parametrize(
    "params",
    [
        PARAMS.replace('alg="ed25519"', 'alg="hmac-sha256"'),
        PARAMS.replace(';alg="ed25519"', ""),
        PARAMS.replace('keyid="dept"', 'keyid="platform"'),
        PARAMS.replace(f"created={int(NOW.timestamp())};", ""),
        PARAMS.replace("created=", 'created="now";created='),
        PARAMS + ';keyid="dept"',
        PARAMS.replace(' "content-digest"', ""),
        PARAMS.replace(' "content-digest"', ' "content-digest" "content-digest"'),
        PARAMS.replace('"@status"', '"@method"'),
        PARAMS.replace(";req", ""),
        PARAMS + ";bad",
        "",
        "()",
    ],
)
def test_refuses_another_form_even_when_well_signed(params):
    with pytest.raises(SignatureInvalid):
        verify(answer(params))


@pytest.mark.parametrize("seconds", [-31, 31, 86_400])
def test_refuses_other_times(seconds):
    with pytest.raises(SignatureExpired):
        verify(answer(), NOW + timedelta(seconds=seconds))


def test_a_time_beyond_the_calendar_is_refused_too():
    with pytest.raises(SignatureInvalid):
        verify(answer(PARAMS.replace(str(int(NOW.timestamp())), "999999999999999")))


@pytest.mark.parametrize("name", ["signature", "signature-input", "content-digest", "content-type"])
def test_needs_every_header(name):
    headers = answer()
    del headers[name]
    with pytest.raises(SignatureInvalid):
        verify(headers)


@pytest.mark.parametrize("signature", ["", "sig1=::", "sig1=:AAAA:", "sig2=:AAAA:", "sig1=:A:", "sig1=AAAA"])
def test_refuses_a_signature_of_another_form(signature):
    with pytest.raises(SignatureInvalid):
        verify({**answer(), "signature": signature})


@given(field=st.text(max_size=80))
def test_never_breaks_on_a_hostile_header(field):
    for name in ("signature", "signature-input", "content-digest"):
        with pytest.raises(SignatureInvalid):
            verify({**answer(), name: field})


def test_finds_its_digest_among_others():
    headers = answer()
    other = f"sha-512=:AAAA:, {headers['content-digest']}"
    with pytest.raises(SignatureInvalid, match="does not fit"):  # the digest is found; only the signature differs
        verify({**headers, "content-digest": other})


def test_a_request_says_who_when_and_until_when():
    signed = sign_request(
        key=KEY, keyid="platform", method="POST", authority="dept.gov.cn", path="/records/x", body=BODY, now=NOW
    )
    created = int(NOW.timestamp())
    assert f";created={created};expires={created + 30};" in signed.headers["Signature-Input"]
    assert signed.headers["Signature"] == f"sig1={signed.signature}"
    assert signed.headers["Content-Digest"] == content_digest(BODY)
