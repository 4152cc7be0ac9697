"""RSA2 (SHA256withRSA over sorted ``name=value`` pairs) as Alipay's open platform defines it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey


class KeyWrong(ValueError):
    """A file that holds no RSA key."""


def load_private(pem: bytes) -> RSAPrivateKey:
    """Read our application's private key.

    Raises:
        KeyWrong: it is none.
    """
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, RSAPrivateKey):
        raise KeyWrong("no RSA private key")
    return key


def load_public(pem: bytes) -> RSAPublicKey:
    """Read Alipay's public key.

    Raises:
        KeyWrong: it is none.
    """
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, RSAPublicKey):
        raise KeyWrong("no RSA public key")
    return key


def text_to_sign(values: Mapping[str, str], *, leave_out: tuple[str, ...] = ("sign",)) -> bytes:
    """Return the sorted pairs; empty values are not signed."""
    pairs = sorted((name, value) for name, value in values.items() if value and name not in leave_out)
    return "&".join(f"{name}={value}" for name, value in pairs).encode()


def sign(key: RSAPrivateKey, data: bytes) -> str:
    """Return the signature in base64."""
    return base64.b64encode(key.sign(data, padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(key: RSAPublicKey, data: bytes, signature: str) -> bool:
    """Tell whether the signature is the key's own over ``data``."""
    try:
        key.verify(base64.b64decode(signature, validate=True), data, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
