"""What a request tells about the device it comes from, in words a person recognises."""

from __future__ import annotations

from django.http import HttpRequest

from shimin.capabilities.identity.domain import Client

# The first that occurs names it: browsers claim to be each other, so the order matters.
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("AlipayClient", "支付宝"),
    ("Weibo", "微博"),
    ("Edg", "Edge"),
    ("HuaweiBrowser", "华为浏览器"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "鸿蒙手机"),
    ("OpenHarmony", "鸿蒙手机"),
    ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "Mac 电脑"),
    ("Linux", "Linux 电脑"),
)


def client_from(request: HttpRequest, *, device_token: str = "") -> Client:
    """Return the request's client. Texts of the browser are not kept, only words of ours chosen by them."""
    return Client(
        address=request.META.get("REMOTE_ADDR", ""),
        device_label=device_label(request.headers.get("User-Agent", "")),
        device_token=device_token,
    )


def device_label(agent: str) -> str:
    """Say what a User-Agent header means: "Chrome · 安卓手机"."""
    parts = [
        next((word for mark, word in marks if mark in agent[:500]), "") for marks in (_BROWSERS, _SYSTEMS)
    ]  # fmt: skip
    return " · ".join(part for part in parts if part) or "其他设备"
