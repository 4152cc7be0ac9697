"""The two grants that people's sign-ins use: a code, and a refresh token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode

from shimin.capabilities.identity.public import Holder, find_holder, is_signed_in, stands_consent
from shimin.capabilities.sign_on.domain.claims import purpose_code
from shimin.capabilities.sign_on.domain.clients import (
    AUTHORISATION_LIFETIME,
    CODE_LIFETIME,
    AuthMethod,
    AuthorisationEnd,
    TokenKind,
)
from shimin.capabilities.sign_on.models import Authorisation, Code, Token
from shimin.capabilities.sign_on.operations.ending import end_authorisations
from shimin.capabilities.sign_on.operations.protocol.clients import EngineClient
from shimin.capabilities.sign_on.operations.protocol.requests import EngineRequest
from shimin.capabilities.sign_on.operations.protocol.rows import lock_code, use_code
from shimin.capabilities.sign_on.operations.protocol.tokens import Moment, encode_id_token
from shimin.capabilities.sign_on.secrets import new_secret, secret_hash, stored_hash
from shimin.kernel import audit
from shimin.kernel.ids import new_id

AUTH_METHODS = [str(method) for method in AuthMethod]


@dataclass(frozen=True, slots=True)
class Grantee:
    """Who lets a client in: an account with its session, and the subject the client knows it by."""

    account_id: int
    session_id: int
    subject: str
    level: int
    verified_at: Any


class _CodeView:
    """A code row as Authlib asks about it."""

    def __init__(self, row: Code) -> None:
        self.row = row
        self.code_challenge = row.authorisation.code_challenge
        self.code_challenge_method = "S256"

    def get_redirect_uri(self) -> str:
        return self.row.authorisation.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.row.authorisation.scopes)


class _RefreshView:
    """A refresh token's row as Authlib asks about it."""

    def __init__(self, row: Token) -> None:
        self.row = row

    def check_client(self, client: EngineClient) -> bool:
        return self.row.client_id == client.row.id

    def get_scope(self) -> str:
        return " ".join(self.row.scopes)


class PkceS256(CodeChallenge):
    """RFC 7636 with S256 only; a public client has to use it."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        values = grant.request.payload.data
        if "code_challenge" in values and values.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Only code_challenge_method S256 is supported.")
        if "code_challenge" not in values and grant.request.client.row.auth_method == AuthMethod.NONE:
            raise InvalidRequestError("A public client must send a code_challenge.")
        super().validate_code_challenge(grant, redirect_uri)


class IdTokens(OpenIDCode):
    """Adds the id token to an answer; names of people are not in it."""

    def exists_nonce(self, nonce: str, request: EngineRequest) -> bool:
        return False  # the client compares it with its own; a code is good once anyway

    def encode_id_token(self, token: dict[str, Any], request: EngineRequest) -> str:
        return encode_id_token(
            request.facts["moment"], client=request.client.row, authorisation=request.facts["authorisation"],
            access_token=token["access_token"], with_nonce=request.authorization_code is not None,
        )  # fmt: skip


class CodeGrant(grants.AuthorizationCodeGrant):
    """A code for the browser, exchanged once for tokens."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    @property
    def moment(self) -> Moment:
        found: Moment = self.request.facts["moment"]
        return found

    def generate_authorization_code(self) -> str:
        return new_secret()

    def save_authorization_code(self, code: str, request: EngineRequest) -> None:
        grantee: Grantee = request.user
        values, now = request.payload.data, self.moment.now
        authorisation = Authorisation(
            id=new_id(), account_id=grantee.account_id, session_id=grantee.session_id, client=request.client.row,
            subject=grantee.subject, scopes=request.scope.split(), redirect_uri=values["redirect_uri"],
            nonce=values.get("nonce", ""), code_challenge=values.get("code_challenge", ""), level=grantee.level,
            verified_at=grantee.verified_at, begun_at=now,
        )  # fmt: skip
        authorisation.save(force_insert=True)
        Code(hash=stored_hash(code), authorisation=authorisation, expires_at=now + CODE_LIFETIME).save(
            force_insert=True
        )
        audit.record(
            actor=self.moment.actor, action="sign_on.authorise", target="authorisation", target_id=authorisation.id,
            now=now, city_code=request.client.row.city_code,
            details={"client": str(request.client.row.id), "scopes": authorisation.scopes},
        )  # fmt: skip

    def query_authorization_code(self, code: str, client: EngineClient) -> _CodeView | None:
        """Return the code if it is good. Its second use, or another client's, ends what the first one gave."""
        hashed = secret_hash(code)
        row = lock_code(hashed) if hashed is not None else None
        if row is None:
            return None
        if row.used_at is not None or row.authorisation.client_id != client.row.id:
            end_authorisations(
                actor=self.moment.actor, ids=[row.authorisation_id], reason=AuthorisationEnd.CODE_REPLAYED,
                now=self.moment.now,
            )  # fmt: skip
            return None
        if row.expires_at <= self.moment.now or row.authorisation.ended_at is not None:
            return None
        return _CodeView(row)

    def authenticate_user(self, authorization_code: _CodeView) -> int | None:
        """Return the account, if it is still signed in and its consent stands: a minute is enough to take it back."""
        authorisation = authorization_code.row.authorisation
        self.request.facts["authorisation"] = authorisation
        is_good = is_signed_in(
            account_id=authorisation.account_id, session_id=authorisation.session_id,
            purpose_code=purpose_code(authorisation.client_id), now=self.moment.now,
        )  # fmt: skip
        return authorisation.account_id if is_good else None

    def delete_authorization_code(self, authorization_code: _CodeView) -> None:
        """Mark it as used: the row stays, so that its second use is known for what it is."""
        use_code(authorization_code.row, self.moment.now)


class RefreshGrant(grants.RefreshTokenGrant):
    """A refresh token for the next pair. Seen a second time it was stolen, or its successor was: all of it ends.

    Source: RFC 9700, 4.14.2.
    """

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    @property
    def moment(self) -> Moment:
        found: Moment = self.request.facts["moment"]
        return found

    def authenticate_refresh_token(self, refresh_token: str) -> _RefreshView | None:
        hashed = secret_hash(refresh_token)
        rows = Token.objects.select_for_update(of=("self",)).select_related("authorisation")
        row = rows.filter(hash=hashed, token_kind=TokenKind.REFRESH).first() if hashed is not None else None
        if row is None or row.authorisation is None:
            return None
        authorisation, now = row.authorisation, self.moment.now
        if row.used_at is not None and row.client_id == self.request.client.row.id:
            end_authorisations(
                actor=self.moment.actor, ids=[authorisation.id], reason=AuthorisationEnd.REFRESH_REPLAYED, now=now
            )
            return None
        is_over = authorisation.ended_at is not None or authorisation.begun_at + AUTHORISATION_LIFETIME <= now
        if is_over or row.used_at is not None or row.revoked_at is not None or row.expires_at <= now:
            return None
        if not stands_consent(authorisation.account_id, purpose_code(row.client_id)):
            return None
        self.request.facts["authorisation"] = authorisation
        return _RefreshView(row)

    def authenticate_user(self, refresh_token: _RefreshView) -> Holder | None:
        authorisation: Authorisation = self.request.facts["authorisation"]
        return find_holder(authorisation.account_id, self.moment.now)

    def revoke_old_credential(self, refresh_token: _RefreshView) -> None:
        Token.objects.filter(hash=refresh_token.row.hash).update(used_at=self.moment.now)
