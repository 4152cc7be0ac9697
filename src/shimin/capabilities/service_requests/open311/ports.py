"""What reads the pictures that a registered system names by address; an adapter implements it."""

from __future__ import annotations

from typing import Protocol


class MediaUnreadable(Exception):
    """What lies at an address cannot be had; the text says why, for the system that named it."""


class MediaReader(Protocol):
    """Reads a picture that a registered system names by its address (Open311 ``media_url``)."""

    def read(self, url: str) -> bytes:
        """Return what lies there, at most as large as a photo may be. The caller has checked the host.

        Raises:
            MediaUnreadable: it cannot be had.
        """


class _NoMedia:
    """Reads nothing."""

    def read(self, url: str) -> bytes:
        raise MediaUnreadable("这里不能从网址取照片，请直接上传")


_media: MediaReader = _NoMedia()


def set_media_reader(reader: MediaReader | None) -> None:
    """Connect what reads pictures at addresses (None: nothing)."""
    global _media
    _media = reader or _NoMedia()


def get_media_reader() -> MediaReader:
    """Return what reads pictures at addresses."""
    return _media
