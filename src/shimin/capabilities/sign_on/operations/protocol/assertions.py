"""How a machine proves to be itself: a short text signed with its own key, good once (RFC 7523, private_key_jwt)."""

from __future__ import annotations

from datetime import timedelta
from math import isfinite
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from django.db import IntegrityError, transaction
from django.urls import reverse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shimin.capabilities.sign_on.domain.clients import AuthMethod
from shimin.capabilities.sign_on.domain.keys import ALGORITHMS
from shimin.capabilities.sign_on.models import UsedAssertion
from shimin.capabilities.sign_on.operations.protocol.clients import EngineClient
from shimin.capabilities.sign_on.operations.protocol.requests import EngineRequest
from shimin.capabilities.sign_on.operations.protocol.tokens import Moment, issuer
from shimin.kernel.crypto import blind_index

# A longer life would be a longer memory: each number is kept until its text has run out.
LONGEST_LIFE, SKEW = timedelta(minutes=5), timedelta(seconds=30)
_LONGEST_JTI = 200


class _Assertion(JWTBearerClientAssertion):
    """Checks one text. Made anew for each request: the clock and the transaction are the request's."""

    CLIENT_AUTH_METHOD = str(AuthMethod.PRIVATE_KEY_JWT)

    def __init__(self, moment: Moment) -> None:
        super().__init__()
        self._moment = moment

    def resolve_client_public_key(self, client: EngineClient) -> KeySet:
        if not client.row.jwks.get("keys"):
            raise InvalidClientError(description="The client has no key.")
        return KeySet.import_key_set(client.row.jwks)

    def process_assertion_claims(self, assertion: str, resolve_key: KeySet) -> dict[str, Any]:
        try:
            claims = dict(jwt.decode(assertion, resolve_key, algorithms=list(ALGORITHMS)).claims)
        except (JoseError, ValueError):
            raise InvalidClientError(description="The assertion is not signed by a key of the client.") from None
        self._check(claims)
        return claims

    def _check(self, claims: dict[str, Any]) -> None:
        now = self._moment.now.timestamp()
        audiences = claims.get("aud")
        named = (
            {audiences}
            if isinstance(audiences, str)
            else {each for each in audiences if isinstance(each, str)}
            if isinstance(audiences, list)
            else set()
        )
        expires, not_before, issued = (_moment_of(claims, name) for name in ("exp", "nbf", "iat"))
        skew, life = SKEW.total_seconds(), LONGEST_LIFE.total_seconds()
        if claims.get("iss") != claims["sub"] or not named & accepted_audiences():
            raise InvalidClientError(description="The assertion is not from this client, or not for us.")
        if expires <= now - skew or max(not_before, issued) > now + skew or expires > now + life + skew:
            raise InvalidClientError(description="The assertion has run out, or lasts longer than five minutes.")
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 1 <= len(jti) <= _LONGEST_JTI:
            raise InvalidClientError(description="The assertion has no jti.")
        self._use(f"{claims['sub']}\0{jti}")

    def _use(self, name: str) -> None:
        hashed = blind_index(name, context="sign_on.assertion")
        kept_until = self._moment.now + LONGEST_LIFE + 2 * SKEW
        try:
            with transaction.atomic():
                UsedAssertion(hash=hashed, kept_until=kept_until).save(force_insert=True)
        except IntegrityError:
            raise InvalidClientError(description="The assertion was used before.") from None


def _moment_of(claims: dict[str, Any], name: str) -> float:
    """Return a time as a number, 0 when it is missing: an ``exp`` of 0 has run out. JSON's NaN is no time."""
    value = claims.get(name, 0)
    if type(value) not in (int, float) or not isfinite(value):
        raise InvalidClientError(description="A time of the assertion is no number.")
    return float(value)


def accepted_audiences() -> frozenset[str]:
    """Return whom an assertion may be for: the issuer, or the endpoint that is called."""
    base = issuer()
    return frozenset({base, *(base + reverse(f"sign_on:{name}") for name in ("token", "revoke", "introspect"))})


def authenticate_by_assertion(query_client: Any, request: EngineRequest) -> EngineClient | None:
    """Return the client whose key signed the request's assertion; None when it carries none."""
    found: EngineClient | None = _Assertion(request.facts["moment"])(query_client, request)
    return found
