"""Our clients as Authlib asks about them."""

from __future__ import annotations

import hmac

from authlib.oauth2.rfc6749 import ClientMixin

from shimin.capabilities.sign_on.domain.claims import OPENID, allowed_of
from shimin.capabilities.sign_on.models import Client
from shimin.capabilities.sign_on.operations.protocol.rows import load_client
from shimin.capabilities.sign_on.secrets import secret_hash

_LONGEST_ID = 19


class EngineClient(ClientMixin):
    """An approved client; ``row`` is its table row."""

    def __init__(self, row: Client) -> None:
        self.row = row

    def get_client_id(self) -> str:
        return str(self.row.id)

    def get_default_redirect_uri(self) -> None:
        """None: the address must be given (OpenID Connect Core 1.0, 3.1.2.1)."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        allowed = allowed_of(scope or "", self.row.scopes)
        return " ".join(allowed) if OPENID in allowed else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.row.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        given, kept = secret_hash(client_secret), self.row.secret_hash
        return given is not None and kept is not None and hmac.compare_digest(given, bytes(kept))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self.row.auth_method

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        if grant_type == "client_credentials":
            return bool(self.row.machine_scopes)
        return grant_type in ("authorization_code", "refresh_token") and bool(self.row.redirect_uris)


def find_client(client_id: str | None) -> EngineClient | None:
    """Return an approved client by its public name. One statement, none when the text cannot be one."""
    text = client_id or ""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID):
        return None
    number = int(text)
    if number >= 1 << 63 or str(number) != text:
        return None
    row = load_client(number)
    return EngineClient(row) if row is not None else None
