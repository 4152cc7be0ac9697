"""Machines: a token for a system itself, and what the system that is called asks about it."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import InvalidScopeError, grants
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from shimin.capabilities.sign_on.domain.clients import AuthMethod, ClientState, TokenKind
from shimin.capabilities.sign_on.domain.keys import agency_of_scope
from shimin.capabilities.sign_on.models import Token
from shimin.capabilities.sign_on.operations.protocol.clients import EngineClient
from shimin.capabilities.sign_on.operations.protocol.grants import AUTH_METHODS
from shimin.capabilities.sign_on.operations.protocol.requests import EngineRequest
from shimin.capabilities.sign_on.operations.protocol.tokens import Moment, issuer
from shimin.capabilities.sign_on.secrets import secret_hash


class MachineGrant(grants.ClientCredentialsGrant):
    """A token for scopes of agencies that were approved for this very client. Only a key of its own opens it."""

    TOKEN_ENDPOINT_AUTH_METHODS = [str(AuthMethod.PRIVATE_KEY_JWT)]

    def validate_requested_scope(self) -> None:
        approved = self.request.client.row.machine_scopes
        asked = (self.request.payload.scope or " ".join(approved)).split()
        if not asked or set(asked) - set(approved):
            raise InvalidScopeError()
        self.request.payload.data["scope"] = " ".join(scope for scope in approved if scope in asked)


class _TokenView:
    """A machine's token as the called system may know it: its own agency's scopes only."""

    def __init__(self, row: Token, scopes: list[str], moment: Moment) -> None:
        self.row, self.scopes, self._moment = row, scopes, moment

    def is_expired(self) -> bool:
        return self.row.expires_at <= self._moment.now

    def is_revoked(self) -> bool:
        return self.row.revoked_at is not None or self.row.client.state != ClientState.APPROVED


class Introspection(IntrospectionEndpoint):
    """RFC 7662, for systems of the agency whose scope a machine's token carries. People's tokens are nobody's."""

    CLIENT_AUTH_METHODS = AUTH_METHODS

    def authenticate_token(self, request: EngineRequest, client: EngineClient) -> _TokenView | None:
        self.check_params(request, client)
        hashed = secret_hash(request.form["token"])
        rows = Token.objects.select_related("client").filter(
            hash=hashed, token_kind=TokenKind.ACCESS, authorisation=None, client__city_code=client.row.city_code
        )
        row = rows.first() if hashed is not None else None
        scopes = [scope for scope in row.scopes if agency_of_scope(scope) == client.row.agency_slug] if row else []
        return _TokenView(row, scopes, request.facts["moment"]) if row is not None and scopes else None

    def introspect_token(self, token: _TokenView) -> dict[str, Any]:
        client = token.row.client
        return {
            "active": True, "scope": " ".join(token.scopes), "client_id": str(client.id), "token_type": "Bearer",
            "exp": int(token.row.expires_at.timestamp()), "iat": int(token.row.issued_at.timestamp()),
            "iss": issuer(), "sub": str(client.id),
        }  # fmt: skip
