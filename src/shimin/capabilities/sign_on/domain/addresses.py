"""Which addresses a client may be sent back to: exact ones, written down before, of one host.

Source: RFC 9700 (2.1, 4.1): exact comparison, no open redirectors; OpenID Connect Core 1.0, 8.1: the host is the
sector of pairwise subjects.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
LONGEST = 400
MOST = 10


def fault_of(address: str) -> str:
    """Return what is wrong with an address in words for the officer who wrote it; empty when nothing is."""
    try:
        url = urlsplit(address)
        host, port = url.hostname, url.port
    except ValueError:
        return "写法不对"
    faults = (
        (len(address) > LONGEST, f"超过{LONGEST}个字"),
        (not address.isascii() or any(mark in address for mark in " \t\r\n\\\"'<>`{}|^"), "含有不允许的字符"),
        ("*" in address, "不能用星号，要写完整地址"),
        (not host or url.username is not None or url.password is not None, "缺少域名，或带了用户名"),
        ("#" in address, "不能带 # 后面的部分"),
        (port is not None and not 0 < port < 65_536, "端口不对"),
        (url.scheme != "https" and not (url.scheme == "http" and host in _LOOPBACK), "必须以 https:// 开头"),
        ("/../" in f"{url.path}/" or "/./" in f"{url.path}/", "路径里不能有 .. 或 ."),
    )
    return next((words for is_wrong, words in faults if is_wrong), "")


def hosts_of(addresses: Sequence[str]) -> set[str]:
    """Return the hosts of well-formed addresses."""
    return {urlsplit(address).hostname or "" for address in addresses}
