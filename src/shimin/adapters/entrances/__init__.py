"""Platforms whose identities people link with their account: WeChat, Weibo, Taobao. Alipay's is beside its payments."""

from shimin.adapters.entrances.connecting import connect

__all__ = ["connect"]
