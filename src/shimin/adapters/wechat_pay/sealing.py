"""What WeChat Pay v3 signs and seals: SHA256withRSA over lines of text, AES-256-GCM for what notifies carry.

Source: pay.weixin.qq.com: APIv3 签名生成, 签名验证, 证书和回调报文解密.
"""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class KeyWrong(ValueError):
    """A file that holds no key of the kind that is needed."""


class SealBroken(ValueError):
    """A sealed text that our API key does not open."""


def load_private(pem: bytes) -> RSAPrivateKey:
    """Read our merchant's private key. Raises KeyWrong."""
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, RSAPrivateKey):
        raise KeyWrong("no RSA private key")
    return key


def load_public(pem: bytes) -> RSAPublicKey:
    """Read WeChat Pay's public key (微信支付公钥). Raises KeyWrong."""
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, RSAPublicKey):
        raise KeyWrong("no RSA public key")
    return key


def load_api_key(text: bytes) -> bytes:
    """Read the APIv3 key, 32 bytes. Raises KeyWrong."""
    key = text.strip()
    if len(key) != 32:
        raise KeyWrong("the APIv3 key has 32 bytes")
    return key


def lines(*parts: str) -> bytes:
    """Return the text that is signed: each part ends with a line break."""
    return "".join(f"{part}\n" for part in parts).encode()


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


def unseal(api_key: bytes, *, nonce: str, associated_data: str, ciphertext: str) -> bytes:
    """Return what was sealed.

    Raises:
        SealBroken: another key's, or changed on the way.
    """
    try:
        sealed = base64.b64decode(ciphertext, validate=True)
        return AESGCM(api_key).decrypt(nonce.encode(), sealed, associated_data.encode())
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise SealBroken from error
