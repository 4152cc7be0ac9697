"""Offer the platforms for which the operator (or the demo) has named an application."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from django.conf import settings

from shimin.adapters.entrances.platforms import Application, Taobao, WeChat, Weibo
from shimin.capabilities.sign_on.ports import Entrance, register_entrance
from shimin.kernel.errors import Unavailable

DEMO_PORT = 42
DEMO_APP, DEMO_SECRET = "demo-application", "demo-secret-known-to-everybody"
# kind, name of its settings, where browsers go, where our server asks
_PLATFORMS: tuple[tuple[Callable[[Application], Entrance], str, str, str], ...] = (
    (WeChat, "wechat", "https://open.weixin.qq.com", "https://api.weixin.qq.com"),
    (Weibo, "weibo", "https://api.weibo.com", "https://api.weibo.com"),
    (Taobao, "taobao", "https://oauth.taobao.com", "https://oauth.taobao.com"),
)


def connect(environ: Mapping[str, str] = os.environ) -> None:
    """Register what SHIMIN_<NAME>_APP_ID names, and in the demo all of them at the sandbox. Opens no connection."""
    config = settings.SHIMIN
    for kind, name, pages_url, api_url in _PLATFORMS:
        app_id = environ.get(f"SHIMIN_{name.upper()}_APP_ID", "")
        if app_id:
            secret = _from_file(config.keys_dir / "entrances" / f"{name}.secret")
            register_entrance(kind(Application(app_id, secret, pages_url, api_url)))
        elif config.demo:
            sandbox = f"http://127.0.0.1:{config.sandbox_port_base + DEMO_PORT}/{name}"
            register_entrance(kind(Application(DEMO_APP, lambda: DEMO_SECRET, sandbox, sandbox)))


def _from_file(path: Path) -> Callable[[], str]:
    def secret() -> str:
        try:
            return path.read_text("ascii").strip()
        except (OSError, ValueError) as error:
            raise Unavailable("这个平台暂时不能绑定。") from error

    return secret
