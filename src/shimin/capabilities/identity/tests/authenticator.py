"""A phone with a passkey, in software: what a browser's script would send (Web Authentication Level 3, §6.1, §7)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _BACKUP_ELIGIBLE, _BACKED_UP, _WITH_KEY = 1, 4, 8, 16, 64


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Authenticator:
    """Holds one key pair. ``verifies`` False: it only noticed a touch. ``counts``: keeps a signature count."""

    verifies: bool = True
    counts: bool = True
    is_synced: bool = False
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    count: int = 0

    def make(self, options: str, origin: str) -> str:
        """Answer a registration."""
        asked = json.loads(options)
        numbers = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + cose
        data = self._data(asked["rp"]["id"], _WITH_KEY) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = _client_data("webauthn.create", asked["challenge"], origin)
        return self._answer({"attestationObject": _text(attestation), "clientDataJSON": _text(client)})

    def use(self, options: str, origin: str) -> str:
        """Answer an authentication."""
        asked = json.loads(options)
        self.count += self.counts
        data = self._data(asked["rpId"], 0)
        client = _client_data("webauthn.get", asked["challenge"], origin)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "authenticatorData": _text(data), "clientDataJSON": _text(client), "signature": _text(signature),
                "userHandle": None,
            }
        )  # fmt: skip

    def _data(self, host: str, extra: int) -> bytes:
        flags = _PRESENT | extra | (_VERIFIED if self.verifies else 0)
        flags |= _BACKUP_ELIGIBLE | _BACKED_UP if self.is_synced else 0
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def _answer(self, response: dict[str, str | None]) -> str:
        name = _text(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def _client_data(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()
