"""One client for each system and process, made when it is first asked."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shimin.adapters.http_source.directory import Directory, NotConfigured
from shimin.capabilities.enquiries.ports import SourceSystem
from shimin.kernel.calls.client import SignedClient, SourceDown
from shimin.kernel.crypto.keys import SIGNING_KEY, KeyFile, KeyUnreadable, load_private_key


class Clients:
    """Keeps the clients. Safe to use from many threads."""

    def __init__(self, directory: Directory, *, concurrency: int = 6) -> None:
        self.directory = directory
        self._concurrency = concurrency
        self._lock = Lock()
        self._clients: dict[tuple[str, str, Path], SignedClient] = {}
        self._key: Ed25519PrivateKey | None = None

    def of(self, system: SourceSystem) -> SignedClient:
        """Return the system's client.

        Raises:
            SourceDown: nothing says where it listens, or the platform has no signing key: an operator has to mend it.
        """
        try:
            address = self.directory.find(system)
            with self._lock:
                place = (system.name, address.base_url, address.key_file)
                if place not in self._clients:
                    self._clients[place] = SignedClient(
                        system=system.name, base_url=address.base_url, key=self._signing_key(),
                        source_key=KeyFile(address.key_file).public_key, concurrency=self._concurrency,
                    )  # fmt: skip
                return self._clients[place]
        except (NotConfigured, KeyUnreadable, ValueError) as error:
            raise SourceDown(system.name, f"not configured: {error}") from error

    def close(self) -> None:
        """Close idle connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _signing_key(self) -> Ed25519PrivateKey:
        if self._key is None:
            self._key = load_private_key(self.directory.keys_dir / SIGNING_KEY)
        return self._key
