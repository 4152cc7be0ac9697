"""Machines that call the platform itself: what they show, and for which scope they were approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from shimin.capabilities.sign_on.domain.clients import AuthMethod, ClientState, TokenKind
from shimin.capabilities.sign_on.models import Client, Token
from shimin.capabilities.sign_on.secrets import secret_hash
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import auth_scope


@dataclass(frozen=True, slots=True)
class Machine:
    """An approved system in its own name. ``host`` is where its own site lies: what two people approved."""

    client_id: int
    name: str
    agency_id: int
    city_code: str
    host: str
    calls_per_minute: int


def find_machine(*, credential: str, wanted_scope: str, now: datetime) -> Machine | None:
    """Return the approved system that shows ``credential`` and may use ``wanted_scope``; None without one.

    A credential is a token of the client-credentials grant, or, for scopes of ``domain.keys.KEY_SCOPES``, the secret of
    a client that has one. Its state is asked at each call. Not inside a scope.
    """
    hashed = secret_hash(credential)
    if hashed is None:
        return None
    with auth_scope(ANONYMOUS):
        token = (
            Token.objects.select_related("client")
            .filter(hash=hashed, token_kind=TokenKind.ACCESS, authorisation=None, revoked_at=None, expires_at__gt=now)
            .first()
        )
        if token is not None:
            client = token.client if wanted_scope in token.scopes else None
        else:
            methods = [str(method) for method in AuthMethod if method.has_secret]
            client = Client.objects.filter(
                secret_hash=hashed, auth_method__in=methods, machine_scopes__contains=[wanted_scope]
            ).first()
    if client is None or client.state != ClientState.APPROVED or wanted_scope not in client.machine_scopes:
        return None
    return Machine(
        client_id=client.id, name=client.name, agency_id=client.agency_id, city_code=client.city_code,
        host=urlsplit(client.home_url).netloc, calls_per_minute=client.calls_per_minute,
    )  # fmt: skip
