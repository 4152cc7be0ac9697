"""Field encryption and keyed-hash look-up (``fields``), the own secrets (``keys``), signatures (``signing``)."""

from shimin.kernel.crypto.fields import (
    DecryptionError,
    Suite,
    blind_index,
    decrypt,
    encrypt,
    index_under,
    rotating_index,
    rotating_indexes,
)

__all__ = [
    "DecryptionError",
    "Suite",
    "blind_index",
    "decrypt",
    "encrypt",
    "index_under",
    "rotating_index",
    "rotating_indexes",
]
