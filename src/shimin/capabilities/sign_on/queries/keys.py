"""The keys that id tokens are signed with and checked by. All of it runs inside an auth scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection
from django.db.models import Q
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from shimin.capabilities.sign_on.domain.clients import Algorithm
from shimin.capabilities.sign_on.models import SigningKey
from shimin.kernel.crypto import decrypt

CONTEXT = "sign_on.signing_key.private"
_CURRENT = """
    SELECT id FROM sign_on_signing_key
    WHERE algorithm = %s AND signs_from <= %s AND (signs_until IS NULL OR signs_until > %s)
    ORDER BY signs_from DESC LIMIT 1
"""


class NoSigningKey(RuntimeError):
    """No key of this algorithm signs now: ``make_first_keys`` was never run."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its public name."""

    kid: str
    key: RSAKey | ECKey


@dataclass(frozen=True, slots=True)
class KeyView:
    """When a key signs and is published; times None: not decided yet."""

    kid: str
    algorithm: str
    signs_from: datetime
    signs_until: datetime | None
    published_until: datetime | None


def find_signer(algorithm: str, now: datetime) -> Signer | None:
    """Return the key that signs now. One statement; the private half is read and decrypted once in a process."""
    with connection.cursor() as cursor:
        cursor.execute(_CURRENT, [algorithm, now, now])
        row = cursor.fetchone()
    return None if row is None else _signer(row[0])


def list_public_keys(now: datetime) -> list[dict[str, Any]]:
    """Return the public keys as JWKs: those that sign, will sign, and whose last tokens may still be about."""
    rows = SigningKey.objects.filter(Q(published_until=None) | Q(published_until__gt=now)).order_by("-signs_from")
    return [row.public for row in rows]


def list_keys(now: datetime) -> list[KeyView]:
    """Return the published keys with their times, the latest first."""
    rows = SigningKey.objects.defer("private").filter(Q(published_until=None) | Q(published_until__gt=now))
    return [
        KeyView(str(row.id), row.algorithm, row.signs_from, row.signs_until, row.published_until)
        for row in rows.order_by("-signs_from", "algorithm")
    ]


def read_own_token(text: str, now: datetime) -> dict[str, Any] | None:
    """Return the claims of an id token that we signed, however old; None when it is not ours."""
    keys = list_public_keys(now)
    if not keys or len(text) > 8_000:
        return None
    try:
        known = KeySet.import_key_set({"keys": keys})
        return dict(jwt.decode(text, known, algorithms=[str(each) for each in Algorithm]).claims)
    except (JoseError, ValueError):
        return None


@lru_cache(maxsize=16)
def _signer(key_id: int) -> Signer:
    row = SigningKey.objects.get(id=key_id)
    kind: type[RSAKey] | type[ECKey] = RSAKey if row.algorithm == Algorithm.RS256 else ECKey
    return Signer(str(row.id), kind.import_key(orjson.loads(decrypt(bytes(row.private), context=CONTEXT))))
