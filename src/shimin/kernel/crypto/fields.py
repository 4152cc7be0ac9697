"""Field encryption and keyed-hash look-up behind one face, in international or Chinese national (SM) algorithms.

The algorithms come from the ``cryptography`` package: not certified modules in the sense of GB/T 37092.

A sealed value is ``header(1) nonce(12) ciphertext tag(16)``. The header's upper half names the suite, its lower half
the key (``ring``), so old values stay readable when the suite or the key changes. Nonces are random: one key
is good for 2^32 values.
A blind index has no header: rows of those that rotate keep the key's id in a column beside it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from enum import IntEnum
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

from shimin.kernel.crypto.ring import RingKey, field_ring, index_ring

_NONCE, _TAG = 12, 16


class Suite(IntEnum):
    """Which algorithms: AES-256-GCM with HMAC-SHA-256, or SM4-GCM with HMAC-SM3."""

    INTERNATIONAL = 1
    SM = 2

    @classmethod
    def named(cls, name: str) -> Suite:
        """Return the suite as the setting calls it."""
        return cls.SM if name == "sm" else cls.INTERNATIONAL


_SUITES = {int(suite): suite for suite in Suite}


class DecryptionError(RuntimeError):
    """The value was altered, belongs to another context, or its key is not here. Never a citizen's fault."""


def encrypt(text: str, *, context: str) -> bytes:
    """Return ``text`` sealed. ``context`` ("identity.person.id_number") is bound in: a value moved to another
    column does not open."""
    key = field_ring().writing()
    suite = Suite.named(key.suite) if key.suite else _suite()
    nonce = os.urandom(_NONCE)
    header = bytes([suite << 4 | key.id])
    return header + nonce + _seal(suite, key.secret, nonce, text.encode(), context.encode())


def decrypt(data: bytes, *, context: str) -> str:
    """Return the text of a value sealed by ``encrypt`` with the same context, whatever suite is selected now.

    Raises:
        DecryptionError: see the class.
    """
    data = bytes(data)  # psycopg hands out memoryviews
    suite = _SUITES.get(data[0] >> 4) if len(data) >= 1 + _NONCE + _TAG else None
    key = field_ring().get(data[0] & 0x0F) if suite is not None else None
    if suite is None or key is None:
        raise DecryptionError("not a sealed value, or sealed with a key that is not here")
    nonce, body = data[1 : 1 + _NONCE], data[1 + _NONCE :]
    try:
        return _open(suite, key.secret, nonce, body, context.encode()).decode()
    except InvalidTag:
        raise DecryptionError("the value was altered, or sealed for another context or key") from None


def blind_index(value: str, *, context: str) -> bytes:
    """Return 32 bytes that are equal for equal values of one context and tell nothing without the key.

    Under the first key for ever: for what is printed, handed out, or cannot be reckoned again from what we hold.
    """
    return _index(_suite(), settings.SHIMIN.index_key, value, context)


def rotating_index(value: str, *, context: str) -> tuple[bytes, int]:
    """Return a blind index under the key that writes now, and the key's id: rows keep both, rotation goes by the id."""
    key = index_ring().writing()
    return _index_under(key, value, context), key.id


def rotating_indexes(value: str, *, context: str) -> list[bytes]:
    """Return the blind index under every key there is, the one that writes first: a row may still be under another."""
    return [_index_under(key, value, context) for key in index_ring().by_age()]


def index_under(key_id: int, value: str, *, context: str) -> bytes:
    """Return the blind index under one key.

    Raises:
        KeyError: it is not here.
    """
    key = index_ring().get(key_id)
    if key is None:
        raise KeyError(key_id)
    return _index_under(key, value, context)


def _index_under(key: RingKey, value: str, context: str) -> bytes:
    return _index(Suite.named(key.suite) if key.suite else _suite(), key.secret, value, context)


def _index(suite: Suite, secret: bytes, value: str, context: str) -> bytes:
    message = context.encode() + b"\0" + value.encode()
    if suite is Suite.INTERNATIONAL:
        return hmac.digest(secret, message, hashlib.sha256)
    mac = HMAC(secret, hashes.SM3())
    mac.update(message)
    return mac.finalize()


def _suite() -> Suite:
    return Suite.named(settings.SHIMIN.crypto_suite)


def _seal(suite: Suite, secret: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
    key = _suite_key(suite, secret)
    if suite is Suite.INTERNATIONAL:
        return _aes(key).encrypt(nonce, plain, context)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(context)
    return encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def _open(suite: Suite, secret: bytes, nonce: bytes, body: bytes, context: bytes) -> bytes:
    key = _suite_key(suite, secret)
    if suite is Suite.INTERNATIONAL:
        return _aes(key).decrypt(nonce, body, context)
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, body[-_TAG:])).decryptor()
    decryptor.authenticate_additional_data(context)
    return decryptor.update(body[:-_TAG]) + decryptor.finalize()


@lru_cache(maxsize=32)
def _suite_key(suite: Suite, field_key: bytes) -> bytes:
    """Derive the suite's own key: one secret must not serve two algorithms."""
    derived = hmac.digest(field_key, f"field encryption {suite.name}".encode(), hashlib.sha256)
    return derived[:16] if suite is Suite.SM else derived


@lru_cache(maxsize=16)
def _aes(key: bytes) -> AESGCM:
    return AESGCM(key)
