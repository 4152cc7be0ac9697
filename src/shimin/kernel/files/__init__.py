"""Files of people: a content-addressed store, photos and voices that are made anew, a look for malware."""

from shimin.kernel.files.photos import (
    LARGEST_BYTES,
    LARGEST_PIXELS,
    Photo,
    PhotoRefused,
    PhotoTooLarge,
    Position,
    Rendition,
    RenditionName,
    read_photo,
)
from shimin.kernel.files.receiving import StoredPhoto, StoredVoice, receive_photo, receive_voice
from shimin.kernel.files.scanning import ClamdScanner, FileInfected, NoScanner, Scanner, ScannerUnavailable, get_scanner
from shimin.kernel.files.store import FileDamaged, FileStore, FolderStore, delete_unnamed, digest_of, get_file_store
from shimin.kernel.files.voices import (
    LARGEST_VOICE_BYTES,
    LONGEST_VOICE_SECONDS,
    Voice,
    VoiceRefused,
    VoiceTooLarge,
    read_voice,
)

__all__ = [
    "LARGEST_BYTES",
    "LARGEST_PIXELS",
    "LARGEST_VOICE_BYTES",
    "LONGEST_VOICE_SECONDS",
    "ClamdScanner",
    "FileDamaged",
    "FileInfected",
    "FileStore",
    "FolderStore",
    "NoScanner",
    "Photo",
    "PhotoRefused",
    "PhotoTooLarge",
    "Position",
    "Rendition",
    "RenditionName",
    "Scanner",
    "ScannerUnavailable",
    "StoredPhoto",
    "StoredVoice",
    "Voice",
    "VoiceRefused",
    "VoiceTooLarge",
    "delete_unnamed",
    "digest_of",
    "get_file_store",
    "get_scanner",
    "read_photo",
    "read_voice",
    "receive_photo",
    "receive_voice",
]
