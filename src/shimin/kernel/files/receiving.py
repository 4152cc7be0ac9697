"""From an upload to stored pictures or a stored voice: bounded, looked through, made anew, kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from shimin.kernel.db import require_no_transaction
from shimin.kernel.files.photos import LARGEST_BYTES, PhotoTooLarge, Position, RenditionName, read_photo
from shimin.kernel.files.scanning import Scanner, get_scanner
from shimin.kernel.files.store import FileStore, get_file_store
from shimin.kernel.files.voices import LARGEST_VOICE_BYTES, VoiceTooLarge, read_voice


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo in the store: digests by rendition, size of the large one in pixels, and the position it came with.

    ``position`` is for the caller to drop, unless the person agreed to its use.
    """

    digests: Mapping[RenditionName, str]
    width: int
    height: int
    position: Position | None


def receive_photo(upload: BinaryIO, *, store: FileStore | None = None, scanner: Scanner | None = None) -> StoredPhoto:
    """Take an uploaded photo into the store. Outside a transaction: a scanner may be asked, and drawing takes time.

    What is stored and never named by a row is for the owning capability to delete.

    Raises:
        PhotoTooLarge, PhotoRefused: see ``read_photo``.
        FileInfected, ScannerUnavailable: see ``Scanner``.
    """
    require_no_transaction()
    content = upload.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise PhotoTooLarge
    (scanner or get_scanner()).check(content)
    photo = read_photo(content)
    keeping = store or get_file_store()
    digests = {name: keeping.put(rendition.content) for name, rendition in photo.renditions.items()}
    large = photo.renditions[RenditionName.LARGE]
    return StoredPhoto(digests, large.width, large.height, photo.position)


@dataclass(frozen=True, slots=True)
class StoredVoice:
    """A voice in the store, as MP3: its digest, its length in seconds and in bytes."""

    digest: str
    seconds: float
    size_bytes: int


def receive_voice(upload: BinaryIO, *, store: FileStore | None = None, scanner: Scanner | None = None) -> StoredVoice:
    """Take an uploaded voice file into the store, recorded anew. Outside a transaction, as with photos.

    Raises:
        VoiceTooLarge, VoiceRefused: see ``read_voice``.
        FileInfected, ScannerUnavailable: see ``Scanner``.
    """
    require_no_transaction()
    content = upload.read(LARGEST_VOICE_BYTES + 1)
    if len(content) > LARGEST_VOICE_BYTES:
        raise VoiceTooLarge
    (scanner or get_scanner()).check(content)
    voice = read_voice(content)
    return StoredVoice((store or get_file_store()).put(voice.content), voice.seconds, len(voice.content))
