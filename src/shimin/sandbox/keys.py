"""Keys: each department's own pair, the platform's public key, and the token that guards the fault switches."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PLATFORM_KEY_FILE = "platform_signing.pub.pem"
TOKEN_FILE = "sandbox_token"  # noqa: S105 - the name of a file


def ensure_department_key(keys_dir: Path, department: str) -> Ed25519PrivateKey:
    """Load a department's private key, making the pair on first use; only the owner may read the private half."""
    private_path = keys_dir / "sources" / f"{department}.pem"
    public_path = keys_dir / "sources" / f"{department}.pub.pem"
    private_path.parent.mkdir(parents=True, exist_ok=True)
    if not private_path.exists():
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write_private(private_path, pem)
    loaded = serialization.load_pem_private_key(private_path.read_bytes(), password=None)
    if not isinstance(loaded, Ed25519PrivateKey):
        raise ValueError(
            f"{private_path} is not an Ed25519 private key: remove it, a new pair is made on the next start"
        )
    public_pem = loaded.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    if not public_path.exists() or public_path.read_bytes() != public_pem:
        _replace(public_path, public_pem)
    return loaded


def ensure_token(keys_dir: Path) -> str:
    """Read the fault switches' token, making it on first use."""
    path = keys_dir / TOKEN_FILE
    if not path.exists():
        keys_dir.mkdir(parents=True, exist_ok=True)
        _write_private(path, secrets.token_urlsafe(24).encode())
    return path.read_text().strip()


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _replace(path: Path, content: bytes) -> None:
    """Replace a file in one step, so that a reader never sees half of it."""
    beside = path.with_suffix(f".{os.getpid()}.new")
    beside.write_bytes(content)
    beside.replace(path)


class PlatformKey:
    """The platform's public key, read again when its file changes: a key can be rolled without a restart."""

    def __init__(self, keys_dir: Path) -> None:
        self._path = keys_dir / PLATFORM_KEY_FILE
        self._stamp: tuple[int, int, int] | None = None
        self._key: Ed25519PublicKey | None = None

    def current(self) -> Ed25519PublicKey | None:
        """Give the key as it stands; None while there is no readable Ed25519 key in the file."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._stamp = self._key = None
            return None
        stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if stamp != self._stamp:
            self._key = _public_key(self._path.read_bytes())
            self._stamp = stamp
        return self._key


def _public_key(pem: bytes) -> Ed25519PublicKey | None:
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError:
        return None
    return key if isinstance(key, Ed25519PublicKey) else None
