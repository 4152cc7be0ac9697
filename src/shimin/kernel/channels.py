"""Through which app a page was opened, as its browser says: for statistics, and never for deciding who may do what."""

from __future__ import annotations

# The words that each app's built-in browser puts into its User-Agent; Taobao's and Alipay's share "AliApp".
_MARKS = (
    ("MicroMessenger/", "wechat"),
    ("AlipayClient/", "alipay"),
    ("AliApp(TB", "taobao"),
    ("__weibo__", "weibo"),
    ("Weibo (", "weibo"),
)
CHANNELS = {
    "web": "浏览器", "wechat": "微信", "weibo": "微博", "alipay": "支付宝", "taobao": "淘宝", "api": "接口",
    "open311": "其他应用（Open311）",
}  # fmt: skip


def channel_of(user_agent: str) -> str:
    """Return a key of ``CHANNELS``; whatever is not known is "web"."""
    return next((channel for mark, channel in _MARKS if mark in user_agent), "web")
