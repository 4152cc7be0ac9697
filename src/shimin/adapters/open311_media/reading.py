"""Read a picture at a registered system's host: for seconds, up to a photo's size, nowhere but on the public net."""

from __future__ import annotations

import ipaddress
import socket
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from shimin.capabilities.service_requests.open311.ports import MediaReader, MediaUnreadable, set_media_reader
from shimin.kernel.files import LARGEST_BYTES

if TYPE_CHECKING:
    import httpx

SECONDS = 5.0


class HttpMediaReader:
    """A ``MediaReader`` over HTTP. ``may_be_local``: addresses of this machine are read too (the demo)."""

    def __init__(self, *, may_be_local: bool) -> None:
        self._may_be_local = may_be_local

    @cached_property
    def _client(self) -> httpx.Client:
        import httpx  # eight megabytes that most processes never need

        return httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False)

    def read(self, url: str) -> bytes:
        """Return what lies there. Not inside a transaction; the caller has checked the host."""
        import httpx

        self._check(url)
        found = bytearray()
        try:
            with self._client.stream("GET", url) as answer:
                if answer.status_code != 200:
                    raise MediaUnreadable(f"{_host(url)} 回答 {answer.status_code}")
                for part in answer.iter_bytes():
                    found += part
                    if len(found) > LARGEST_BYTES:
                        raise MediaUnreadable("照片太大")
        except (httpx.HTTPError, httpx.InvalidURL):
            raise MediaUnreadable(f"{_host(url)} 没有回应") from None
        return bytes(found)

    def _check(self, url: str) -> None:
        """Refuse what is not on the public network: a host's name may be pointed anywhere after it was approved."""
        parts = urlsplit(url)
        if parts.scheme != "https" and not (self._may_be_local and parts.scheme == "http"):
            raise MediaUnreadable("media_url 要以 https:// 开头")
        if self._may_be_local:
            return
        try:
            found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
        except (OSError, ValueError, UnicodeError):
            raise MediaUnreadable(f"找不到 {_host(url)}") from None
        if not all(ipaddress.ip_address(each[4][0]).is_global for each in found):
            raise MediaUnreadable(f"{_host(url)} 不在公网上")


def connect() -> None:
    """Stand behind the port. Opens no connection."""
    reader: MediaReader = HttpMediaReader(may_be_local=settings.SHIMIN.demo)
    set_media_reader(reader)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "")[:100]
