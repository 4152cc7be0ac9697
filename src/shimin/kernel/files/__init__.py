"""Files of people: a content-addressed store (``store``), photos (``photos``), a look for malware (``scanning``)."""

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
from shimin.kernel.files.receiving import StoredPhoto, receive_photo
from shimin.kernel.files.scanning import ClamdScanner, FileInfected, NoScanner, Scanner, ScannerUnavailable, get_scanner
from shimin.kernel.files.store import FileDamaged, FileStore, FolderStore, digest_of, get_file_store

__all__ = [
    "LARGEST_BYTES",
    "LARGEST_PIXELS",
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
    "digest_of",
    "get_file_store",
    "get_scanner",
    "read_photo",
    "receive_photo",
]
