"""Where files lie: under the SHA-256 of their content, behind a port that a folder or an object store can serve.

A digest is a name and no permission: the capability that keeps a digest in its rows decides who may read the file, and
is the only one that may delete it, once no row names it any more (two people may have sent the same picture).
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from django.conf import settings

from shimin.kernel.errors import NotFound

_DIGEST = re.compile(r"[0-9a-f]{64}")
_INCOMING = ".incoming"  # a backup leaves hidden folders out: what lies here is half written


class FileDamaged(RuntimeError):
    """A stored file no longer has the content that its name promises; the text names the digest."""


class FileStore(Protocol):
    """Whole objects by name, as object stores have them: put, get, has, delete. No method opens a transaction."""

    def put(self, content: bytes) -> str:
        """Keep the content and return its digest. The same content again changes nothing."""
        ...

    def get(self, digest: str) -> bytes:
        """Return the content.

        Raises:
            NotFound: there is none of this name.
            FileDamaged: what lies there is something else.
        """
        ...

    def has(self, digest: str) -> bool:
        """Tell whether the content is here."""
        ...

    def delete(self, digest: str) -> bool:
        """Remove the content; False when there was none."""
        ...


class FolderStore:
    """Files in ``folder``/ab/cd/<digest>: whole or absent, also after a power cut and with two writers at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        digest = digest_of(content)
        place = self._place(digest)
        if self._is_whole(place, content):
            return digest
        incoming = self._folder / _INCOMING
        incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        number, name = tempfile.mkstemp(dir=incoming)
        try:
            with open(number, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, place)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        for folder in (place.parent, place.parent.parent, self._folder):
            _sync(folder)
        return digest

    def get(self, digest: str) -> bytes:
        try:
            content = self._place(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound("没有找到这个文件。") from None
        if digest_of(content) != digest:
            raise FileDamaged(digest)
        return content

    def has(self, digest: str) -> bool:
        return self._place(digest).is_file()

    def delete(self, digest: str) -> bool:
        try:
            self._place(digest).unlink()
        except FileNotFoundError:
            return False
        return True

    def _place(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):  # also: no name from outside leads out of the folder
            raise NotFound("没有找到这个文件。")
        return self._folder / digest[:2] / digest[2:4] / digest

    @staticmethod
    def _is_whole(place: Path, content: bytes) -> bool:
        """Tell whether the content lies there already; a damaged file is written anew."""
        try:
            return place.read_bytes() == content
        except FileNotFoundError:
            return False


def get_file_store() -> FileStore:
    """Return the installation's store: ``files`` in the data folder, which ``./shimin backup`` takes along."""
    return FolderStore(settings.SHIMIN.data_dir / "files")


def digest_of(content: bytes) -> str:
    """Return the name of a content: its SHA-256, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _sync(folder: Path) -> None:
    """Make a new name in a folder outlive a power cut."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def delete_unnamed(digest: str, is_named: Callable[[str], bool], store: FileStore) -> None:
    """Delete a file that no row names; put it back when somebody has sent the same content meanwhile.

    ``is_named`` asks the rows of the capability that keeps the digest. Not inside a transaction.
    """
    if is_named(digest):
        return
    try:
        content = store.get(digest)
    except NotFound:
        return
    store.delete(digest)
    if is_named(digest):
        store.put(content)
