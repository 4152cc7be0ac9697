"""The address of the person behind a reverse proxy; without it all people would share the proxy's rate limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from typing import Any

from shimin.project.config import Network

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class TrustedProxies:
    """WSGI middleware: believe ``X-Forwarded-For`` only as far as trusted proxies wrote it."""

    def __init__(self, application: WsgiApp, networks: Sequence[Network]) -> None:
        self._application = application
        self._networks = networks

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Set REMOTE_ADDR to the client's address and pass on."""
        environ["REMOTE_ADDR"] = self._client(environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""))
        return self._application(environ, start_response)

    def _client(self, peer: str, forwarded: str) -> str:
        """Walk from the peer outwards; the first address that is no trusted proxy is the client.

        What stands further left was written by the client itself and proves nothing.
        """
        address = peer
        for hop in [*forwarded.split(","), peer][::-1] if forwarded else [peer]:
            hop = hop.strip()
            if not self._is_address(hop):
                break
            address = hop
            if not self._is_trusted(hop):
                break
        return address

    def _is_trusted(self, text: str) -> bool:
        return any(ip_address(text) in network for network in self._networks)

    @staticmethod
    def _is_address(text: str) -> bool:
        try:
            ip_address(text)
        except ValueError:
            return False
        return True
