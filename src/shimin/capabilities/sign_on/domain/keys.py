"""Which public keys a system may bring, and how scopes of agencies are named."""

from __future__ import annotations

import re
from typing import Any

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

ALGORITHMS = ("RS256", "PS256", "ES256")
MOST_KEYS, LONGEST = 5, 8_000
_RSA_BITS = 2048
_SCOPE = re.compile(r"([a-z0-9][a-z0-9-]{1,39}):[a-z][a-z_]*(\.[a-z][a-z_]*){0,3}")
MOST_SCOPES = 20
# Scopes that a client's secret opens as it is, as an API key: the clients of these standards know nothing else.
OPEN311_SCOPE = "hotline:requests.file"
KEY_SCOPES = frozenset({OPEN311_SCOPE})


class KeysRefused(ValueError):
    """The keys cannot be used; the text says why, for the officer who brought them."""


def read_public_keys(text: str) -> dict[str, Any]:
    """Return a JWK set of public keys that verify one of ``ALGORITHMS``.

    Raises:
        KeysRefused: it is no JWK set, too large, holds a private half or a key we do not take.
    """
    try:
        keys = orjson.loads(text)["keys"] if len(text) <= LONGEST else []
        found = KeySet.import_key_set({"keys": keys}).keys
    except (JoseError, ValueError, TypeError, KeyError):
        raise KeysRefused("不是 JWKS（{“keys”: […]}）的写法。") from None
    if not 1 <= len(found) <= MOST_KEYS:
        raise KeysRefused(f"请给1到{MOST_KEYS}把公钥。")
    for key in found:
        if key.is_private:
            raise KeysRefused("里面有私钥：只交公钥；这把私钥请作废，重新生成。")
        is_good_rsa = isinstance(key, RSAKey) and key.raw_value.key_size >= _RSA_BITS
        is_good_ec = isinstance(key, ECKey) and key.curve_name == "P-256"
        if not (is_good_rsa or is_good_ec):
            raise KeysRefused(f"只收 RSA（{_RSA_BITS} 位以上）或 EC P-256 的公钥。")
    return {"keys": [key.as_dict(private=False) for key in found]}


def agency_of_scope(scope: str) -> str | None:
    """Return the slug of the agency that a machine's scope belongs to ("housing-fund:accounts.read")."""
    match = _SCOPE.fullmatch(scope)
    return match.group(1) if match else None
