"""The demo's two key pairs: Alipay's own, and the one that stands for the platform's application."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ..cashier.keys import ensure_pair

APP_ID = "2021000000000001"
SELLER_ID = "2088000000000001"


@dataclass(frozen=True, slots=True)
class Keys:
    """What Alipay holds: its private key, and the application's public one."""

    alipay: rsa.RSAPrivateKey
    app_public: rsa.RSAPublicKey

    def sign(self, data: bytes) -> str:
        """Sign as Alipay."""
        return base64.b64encode(self.alipay.sign(data, padding.PKCS1v15(), hashes.SHA256())).decode()

    def is_of_app(self, values: Mapping[str, str]) -> bool:
        """Whether the application signed these values."""
        try:
            signature = base64.b64decode(values.get("sign", ""))
            self.app_public.verify(signature, text_to_sign(values, ("sign",)), padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True


def text_to_sign(values: Mapping[str, str], leave_out: tuple[str, ...]) -> bytes:
    """Give the sorted pairs without empty values."""
    return "&".join(f"{n}={v}" for n, v in sorted(values.items()) if v and n not in leave_out).encode()


def ensure_keys(folder: Path) -> Keys:
    """Load the keys, making them on first use."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    alipay, app = ensure_pair(folder / "alipay"), ensure_pair(folder / "app")
    return Keys(alipay, app.public_key())
