"""The installation's own secrets: made once, never overwritten, kept beside the database and never in it."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SECRETS = ("secret_key", "field_key", "index_key", "audit_key")
SIGNING_KEY = "platform_signing.pem"
SIGNING_PUBLIC_KEY = "platform_signing.pub.pem"


class KeyUnreadable(RuntimeError):
    """A key file is missing or holds no Ed25519 key; the text names it."""


def make_keys(folder: Path) -> list[str]:
    """Make what is missing in ``folder`` and return the names of the new files. Safe to run twice, also at once."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = [name for name in SECRETS if _write_once(folder / name, base64.b64encode(secrets.token_bytes(32)) + b"\n")]
    if _write_once(folder / SIGNING_KEY, _private_pem(Ed25519PrivateKey.generate())):
        made.append(SIGNING_KEY)
    public = public_pem(load_private_key(folder / SIGNING_KEY).public_key())
    if _write_once(folder / SIGNING_PUBLIC_KEY, public, mode=0o644):
        made.append(SIGNING_PUBLIC_KEY)
    return made


def key_check(name: str, content: bytes) -> str:
    """Return a short digest of a key file, by which the launcher tells keys apart; it must reckon the same."""
    return hashlib.sha256(b"shimin key check " + name.encode() + content).hexdigest()[:16]


def load_private_key(path: Path) -> Ed25519PrivateKey:
    """Read an Ed25519 key in PKCS#8 PEM.

    Raises:
        KeyUnreadable: the file is missing or holds something else.
    """
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise KeyUnreadable(f"{path}: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnreadable(f"{path} holds no Ed25519 key")
    return key


def load_public_key(path: Path) -> Ed25519PublicKey:
    """Read an Ed25519 public key in PEM.

    Raises:
        KeyUnreadable: the file is missing or holds something else.
    """
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise KeyUnreadable(f"{path}: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnreadable(f"{path} holds no Ed25519 key")
    return key


class KeyFile:
    """A department's public key, read again when its file changes: a new key needs no restart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._key: Ed25519PublicKey | None = None

    def public_key(self) -> Ed25519PublicKey:
        """Return the key as the file has it now.

        Raises:
            KeyUnreadable: the file is missing or holds something else.
        """
        try:
            status = self._path.stat()
        except OSError as error:
            raise KeyUnreadable(f"{self._path}: {error}") from error
        stamp = (status.st_mtime_ns, status.st_size)
        if self._key is None or stamp != self._stamp:
            self._key, self._stamp = load_public_key(self._path), stamp
        return self._key


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Return the key as departments install it."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_once(path: Path, content: bytes, *, mode: int = 0o600) -> bool:
    """Put ``content`` at ``path`` whole and only if nothing is there: two starts at once agree on one key."""
    if path.exists():
        return False
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
