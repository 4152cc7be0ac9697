"""The demo's keys: WeChat Pay's own pair, the merchant's, and the APIv3 key that both know."""

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..cashier.keys import ensure_pair

MERCHANT_ID = "1900000109"
APP_ID = "wxd678efh567hg6787"
SERIAL = "4A2F"
KEY_ID = "PUB_KEY_ID_0119000001"


@dataclass(frozen=True, slots=True)
class Keys:
    """What WeChat Pay holds."""

    wechat: rsa.RSAPrivateKey
    merchant_public: rsa.RSAPublicKey
    api_key: bytes

    def sign(self, data: bytes) -> str:
        """Sign as WeChat Pay."""
        return base64.b64encode(self.wechat.sign(data, padding.PKCS1v15(), hashes.SHA256())).decode()

    def is_of_merchant(self, data: bytes, signature: str) -> bool:
        """Whether the merchant signed these bytes."""
        try:
            self.merchant_public.verify(base64.b64decode(signature), data, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def seal(self, nonce: str, data: bytes) -> str:
        """Seal what a notify carries."""
        return base64.b64encode(AESGCM(self.api_key).encrypt(nonce.encode(), data, b"transaction")).decode()


def ensure_keys(folder: Path) -> Keys:
    """Load the keys, making them on first use."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    wechat, merchant = ensure_pair(folder / "wechat"), ensure_pair(folder / "merchant")
    path = folder / "api_v3.key"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_hex(16).encode())
    return Keys(wechat, merchant.public_key(), path.read_bytes().strip())
