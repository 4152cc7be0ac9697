"""One key in one file: 32 bytes in base64, as they are or wrapped by the master key (envelope encryption).

A wrapped file can lie beside the data or in a backup: it opens with the master key only, which comes from elsewhere
(SHIMIN_MASTER_KEY_FILE: a mounted secret, another disk). The name of the key is bound in, so a file put in the place of
another does not open. A new master key means wrapping a handful of files again, not a single field.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_WRAPPED = "wrapped:"
_NONCE = 12
KEY_BYTES = 32


class KeyFileUnreadable(RuntimeError):
    """A key file holds no key, or one that opens with another master key; the text names it and the mend."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as its file says. ``writes_from`` None: from the beginning. ``suite`` "": as the setting says."""

    secret: bytes
    writes_from: datetime | None = None
    suite: str = ""
    check: str = ""  # digest of the file before it was wrapped: how the launcher tells keys apart


def read_key(path: Path, *, name: str, master: bytes | None) -> StoredKey:
    """Read a key file. ``name`` is what the key is ("field_key.1"), whatever the file is called.

    Raises:
        KeyFileUnreadable: see the class.
        OSError: the file is not there or may not be read.
    """
    first, *rest = path.read_text(encoding="ascii").split("\n")
    words = dict(line.split(" ", 1) for line in rest if " " in line)
    try:
        secret = _unwrap(first, name, master) if first.startswith(_WRAPPED) else base64.b64decode(first.strip())
        writes_from = datetime.fromisoformat(words["from"]) if "from" in words else None
    except (ValueError, binascii.Error) as error:
        raise KeyFileUnreadable(f"{path} holds no key: {error}.") from error
    except InvalidTag:
        raise KeyFileUnreadable(f"{path} was wrapped by another master key, or for another place.") from None
    if len(secret) != KEY_BYTES or (writes_from is not None and writes_from.tzinfo is None):
        raise KeyFileUnreadable(f"{path} must hold {KEY_BYTES} bytes in base64.")
    return StoredKey(secret, writes_from, words.get("suite", ""), words.get("check", ""))


def is_wrapped(path: Path) -> bool:
    """Tell whether the file opens with a master key only."""
    return path.read_text(encoding="ascii").startswith(_WRAPPED)


def write_key(path: Path, key: StoredKey, *, name: str, master: bytes | None, replace: bool = False) -> None:
    """Write a key file whole or not at all, readable by its owner only.

    Raises:
        FileExistsError: there is one and ``replace`` is not said.
    """
    lines = [_wrap(key.secret, name, master) if master else base64.b64encode(key.secret).decode()]
    if key.writes_from is not None:
        lines.append(f"from {key.writes_from.isoformat()}")
    if key.suite:
        lines.append(f"suite {key.suite}")
    if key.check:
        lines.append(f"check {key.check}")
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        draft.replace(path) if replace else os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # a key that data was written with must not vanish with the power
    finally:
        os.close(folder)


def _wrap(secret: bytes, name: str, master: bytes) -> str:
    nonce = os.urandom(_NONCE)
    return _WRAPPED + base64.b64encode(nonce + AESGCM(master).encrypt(nonce, secret, name.encode())).decode()


def _unwrap(text: str, name: str, master: bytes | None) -> bytes:
    if master is None:
        raise KeyFileUnreadable(f"{name} is wrapped: give SHIMIN_MASTER_KEY_FILE, the key it was wrapped by.")
    data = base64.b64decode(text.removeprefix(_WRAPPED).strip(), validate=True)
    return AESGCM(master).decrypt(data[:_NONCE], data[_NONCE:], name.encode())
