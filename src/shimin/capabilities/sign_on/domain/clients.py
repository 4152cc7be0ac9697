"""States of a client, how it proves to be itself, and how long what it gets is good for."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class ClientState(StrEnum):
    """Where a client is on its way from an officer's wish to people's sign-ins."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    SUSPENDED = "suspended"


STATE_WORDS = {
    ClientState.REQUESTED: ("amber", "等待第二个人批准"),
    ClientState.APPROVED: ("green", "可以使用"),
    ClientState.DECLINED: ("grey", "没有批准"),
    ClientState.SUSPENDED: ("red", "已停用"),
}

TRANSITIONS: dict[ClientState, frozenset[ClientState]] = {
    ClientState.REQUESTED: frozenset({ClientState.APPROVED, ClientState.DECLINED}),
    ClientState.APPROVED: frozenset({ClientState.SUSPENDED}),
    ClientState.DECLINED: frozenset(),
    ClientState.SUSPENDED: frozenset({ClientState.APPROVED}),
}


class AuthMethod(StrEnum):
    """How a client proves to be itself at the token endpoint; ``none`` is a public client, which has PKCE only."""

    SECRET_BASIC = "client_secret_basic"  # noqa: S105 (a method, no secret)
    SECRET_POST = "client_secret_post"  # noqa: S105
    PRIVATE_KEY_JWT = "private_key_jwt"
    NONE = "none"

    @property
    def has_secret(self) -> bool:
        return self in (AuthMethod.SECRET_BASIC, AuthMethod.SECRET_POST)


class Algorithm(StrEnum):
    """What id tokens are signed with."""

    RS256 = "RS256"
    ES256 = "ES256"


class TokenKind(StrEnum):
    """An access token is shown with each call; a refresh token is exchanged once for the next pair."""

    ACCESS = "access"
    REFRESH = "refresh"


class AuthorisationEnd(StrEnum):
    """Why an authorisation ended before its time."""

    CODE_REPLAYED = "code_replayed"
    REFRESH_REPLAYED = "refresh_replayed"
    REVOKED = "revoked"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    SIGNED_OUT = "signed_out"
    CLIENT_SUSPENDED = "client_suspended"
    ACCOUNT_CLOSED = "account_closed"


CODE_LIFETIME = timedelta(seconds=60)
ACCESS_LIFETIME = timedelta(minutes=10)
ID_TOKEN_LIFETIME = timedelta(minutes=10)
REFRESH_LIFETIME = timedelta(days=30)
AUTHORISATION_LIFETIME = timedelta(days=180)
WAITING_LIFETIME = timedelta(minutes=30)

# A key signs for three months. It is published a while before it signs, so that everybody has it in time, and after
# it signed until the last token of it has run out (and for a day, since sign-out requests quote old tokens).
KEY_LIFETIME = timedelta(days=90)
KEY_AHEAD = timedelta(minutes=15)
KEY_AFTER = ID_TOKEN_LIFETIME + timedelta(days=1)
