"""What is signed and what is stored: id tokens, access and refresh tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oidc.core.util import create_half_hash
from django.conf import settings
from joserfc import jwt

from shimin.capabilities.sign_on.domain.claims import acr_of
from shimin.capabilities.sign_on.domain.clients import (
    ACCESS_LIFETIME,
    AUTHORISATION_LIFETIME,
    ID_TOKEN_LIFETIME,
    REFRESH_LIFETIME,
    TokenKind,
)
from shimin.capabilities.sign_on.models import Authorisation, Client
from shimin.capabilities.sign_on.operations.keys import signer_for
from shimin.capabilities.sign_on.operations.protocol.rows import insert_token
from shimin.capabilities.sign_on.secrets import new_secret, stored_hash
from shimin.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Moment:
    """Who runs the engine, and when: passed along, since Authlib's hooks carry neither."""

    actor: Actor
    now: datetime


def issuer() -> str:
    """Return the issuer's name: the site's own address, the same in every token and document."""
    return str(settings.SHIMIN.public_url)


def generate_token(*, scope: str, may_refresh: bool) -> dict[str, Any]:
    """Return a new answer of the token endpoint."""
    token: dict[str, Any] = {
        "token_type": "Bearer",
        "access_token": new_secret(),
        "expires_in": int(ACCESS_LIFETIME.total_seconds()),
        "scope": scope,
    }
    if may_refresh:
        token["refresh_token"] = new_secret()
    return token


def store_token(
    token: dict[str, Any], *, client: Client, authorisation: Authorisation | None, now: datetime
) -> None:  # fmt: skip
    """Keep the hashes of an answer's tokens. A refresh token ends with the authorisation's own term."""
    insert_token(
        hashed=stored_hash(token["access_token"]), kind=TokenKind.ACCESS, client_id=client.id, issued_at=now,
        authorisation_id=authorisation.id if authorisation else None, scopes=token["scope"].split(),
        expires_at=now + ACCESS_LIFETIME,
    )  # fmt: skip
    if "refresh_token" in token and authorisation is not None:
        until = min(now + REFRESH_LIFETIME, authorisation.begun_at + AUTHORISATION_LIFETIME)
        # A refreshed access token may carry fewer scopes; its refresh token keeps what was agreed to.
        insert_token(
            hashed=stored_hash(token["refresh_token"]), kind=TokenKind.REFRESH, client_id=client.id, issued_at=now,
            authorisation_id=authorisation.id, scopes=authorisation.scopes, expires_at=until,
        )  # fmt: skip


def encode_id_token(
    moment: Moment, *, client: Client, authorisation: Authorisation, access_token: str, with_nonce: bool
) -> str:  # fmt: skip
    """Return a signed id token: who, for whom, how surely, when. Names and numbers are at the userinfo endpoint."""
    signer = signer_for(moment.actor, client.algorithm, moment.now)
    issued = int(moment.now.timestamp())
    claims: dict[str, Any] = {
        "iss": issuer(),
        "sub": authorisation.subject,
        "aud": str(client.id),
        "exp": issued + int(ID_TOKEN_LIFETIME.total_seconds()),
        "iat": issued,
        "auth_time": int(authorisation.verified_at.timestamp()),
        "acr": acr_of(authorisation.level),
        "sid": str(authorisation.id),
        "at_hash": create_half_hash(access_token, client.algorithm).decode(),
    }
    if with_nonce and authorisation.nonce:
        claims["nonce"] = authorisation.nonce
    header = {"alg": client.algorithm, "kid": signer.kid}
    return jwt.encode(header, claims, signer.key, algorithms=[client.algorithm])
