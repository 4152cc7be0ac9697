"""The engine itself: which grants there are, where tokens go, what an answer looks like."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint

from shimin.capabilities.sign_on.domain.claims import Scope
from shimin.capabilities.sign_on.domain.clients import AuthMethod, AuthorisationEnd, TokenKind
from shimin.capabilities.sign_on.models import Token
from shimin.capabilities.sign_on.operations.ending import end_authorisations
from shimin.capabilities.sign_on.operations.protocol.assertions import authenticate_by_assertion
from shimin.capabilities.sign_on.operations.protocol.clients import EngineClient, find_client
from shimin.capabilities.sign_on.operations.protocol.grants import (
    AUTH_METHODS,
    CodeGrant,
    IdTokens,
    PkceS256,
    RefreshGrant,
)
from shimin.capabilities.sign_on.operations.protocol.machines import Introspection, MachineGrant
from shimin.capabilities.sign_on.operations.protocol.requests import EngineRequest
from shimin.capabilities.sign_on.operations.protocol.tokens import Moment, generate_token, store_token
from shimin.capabilities.sign_on.secrets import secret_hash
from shimin.kernel import audit
from shimin.kernel.rate import LocalBucket


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint of the protocol says: a status, JSON, and headers beyond the usual ones."""

    status: int
    body: dict[str, Any]
    headers: tuple[tuple[str, str], ...] = ()


class Engine(AuthorizationServer):
    """Authlib's server over our tables. It keeps nothing between requests."""

    def query_client(self, client_id: str) -> EngineClient | None:
        return find_client(client_id)

    def save_token(self, token: dict[str, Any], request: EngineRequest) -> None:
        moment: Moment = request.facts["moment"]
        client, authorisation = request.client.row, request.facts.get("authorisation")
        store_token(token, client=client, authorisation=authorisation, now=moment.now)
        if authorisation is None:
            audit.record(
                actor=moment.actor, action="sign_on.machine_token", target="client", target_id=client.id,
                now=moment.now, city_code=client.city_code, details={"scopes": token["scope"].split()},
            )  # fmt: skip

    def create_oauth2_request(self, request: EngineRequest) -> EngineRequest:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        content = dict(body) if body else {}
        return Answer(status, content, tuple(headers))

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Hold each client to its own limit, once it is known to be itself: strangers cannot use it up."""
        if name == "after_authenticate_client":
            row = kwargs["client"].row
            _bucket(row.calls_per_minute).take(str(row.id))


class _TokenView:
    def __init__(self, row: Token) -> None:
        self.row = row

    def check_client(self, client: EngineClient) -> bool:
        return self.row.client_id == client.row.id


class Revocation(RevocationEndpoint):
    """RFC 7009. A refresh token takes the whole authorisation with it, an access token only itself."""

    CLIENT_AUTH_METHODS = AUTH_METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> _TokenView | None:
        hashed = secret_hash(token_string)
        row = Token.objects.select_for_update().filter(hash=hashed).first() if hashed is not None else None
        return _TokenView(row) if row is not None else None

    def revoke_token(self, token: _TokenView, request: EngineRequest) -> None:
        moment: Moment = request.facts["moment"]
        if token.row.token_kind == TokenKind.REFRESH and token.row.authorisation_id is not None:
            end_authorisations(
                actor=moment.actor, ids=[token.row.authorisation_id], reason=AuthorisationEnd.REVOKED, now=moment.now
            )
        else:
            Token.objects.filter(hash=token.row.hash, revoked_at=None).update(revoked_at=moment.now)


def _generate(
    grant_type: str, client: EngineClient, user: Any = None, scope: str | None = None, expires_in: Any = None,
    include_refresh_token: bool = True,
) -> dict[str, Any]:  # fmt: skip
    # A refresh that asks for less goes on all the same: its next token keeps what was agreed to.
    goes_on = grant_type == RefreshGrant.GRANT_TYPE or Scope.OFFLINE_ACCESS in (scope or "").split()
    return generate_token(scope=scope or "", may_refresh=include_refresh_token and goes_on)


@lru_cache(maxsize=64)
def _bucket(calls_per_minute: int) -> LocalBucket:
    return LocalBucket(limit=calls_per_minute, per_seconds=60)


def _build() -> Engine:
    engine = Engine()
    engine.register_token_generator("default", _generate)
    engine.register_grant(CodeGrant, [PkceS256(required=True), IdTokens()])
    engine.register_grant(RefreshGrant, [IdTokens()])
    engine.register_grant(MachineGrant)
    engine.register_endpoint(Revocation)
    engine.register_endpoint(Introspection)
    engine.register_client_auth_method(str(AuthMethod.PRIVATE_KEY_JWT), authenticate_by_assertion)
    return engine


engine = _build()


def error_of(error: OAuth2Error) -> Answer:
    """Return an error of the protocol as an answer."""
    status, body, headers = error()
    return Answer(status, dict(body), tuple(headers))


def unreadable() -> Answer:
    """Return the answer to what Authlib itself cannot put into words."""
    return error_of(InvalidRequestError("The request cannot be read."))
