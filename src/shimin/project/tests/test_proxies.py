"""Whose address counts behind a proxy."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from shimin.project.proxies import TrustedProxies


def seen_address(peer: str, forwarded: str | None) -> str:
    environ = {"REMOTE_ADDR": peer}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    seen: list[str] = []

    def application(environ, start_response):
        seen.append(environ["REMOTE_ADDR"])
        return []

    TrustedProxies(application, [ip_network("10.0.0.0/8"), ip_network("::1/128")])(environ, lambda *_: None)
    return seen[0]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # not through a proxy: the header is anybody's
        ("10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, 198.51.100.1, 10.0.0.3", "198.51.100.1"),  # what the client wrote itself is ignored
        ("10.0.0.2", "10.0.0.7", "10.0.0.7"),
        ("10.0.0.2", "nonsense", "10.0.0.2"),
        ("::1", "2001:db8::5", "2001:db8::5"),
    ],
)
def test_takes_the_first_untrusted_address(peer, forwarded, client):
    assert seen_address(peer, forwarded) == client
