"""Field encryption and keyed-hash look-up (``fields``), the own secrets (``keys``), signatures (``signing``)."""

from shimin.kernel.crypto.fields import DecryptionError, Suite, blind_index, decrypt, encrypt

__all__ = ["DecryptionError", "Suite", "blind_index", "decrypt", "encrypt"]
