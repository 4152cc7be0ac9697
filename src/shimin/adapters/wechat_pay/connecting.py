"""Plug WeChat Pay into payments when the operator (or the demo) has named a merchant."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from shimin.adapters.wechat_pay.gateway import WechatPayAccount, WechatPayGateway
from shimin.adapters.wechat_pay.sealing import load_api_key, load_private, load_public
from shimin.capabilities.payments.ports import register_gateway
from shimin.kernel.errors import Unavailable

K = TypeVar("K")
DEMO_PORT = 43
DEMO_MERCHANT, DEMO_APP, DEMO_SERIAL, DEMO_KEY_ID = "1900000109", "wxd678efh567hg6787", "4A2F", "PUB_KEY_ID_0119000001"


def connect(environ: Mapping[str, str] = os.environ) -> None:
    """Offer WeChat Pay if SHIMIN_WECHAT_PAY_MERCHANT_ID is set, or in the demo. Opens no connection."""
    config = settings.SHIMIN
    demo = dict.fromkeys(("merchant", "app", "serial", "key_id"), "")
    if config.demo:
        demo = {"merchant": DEMO_MERCHANT, "app": DEMO_APP, "serial": DEMO_SERIAL, "key_id": DEMO_KEY_ID}
    merchant_id = environ.get("SHIMIN_WECHAT_PAY_MERCHANT_ID", demo["merchant"])
    if not merchant_id:
        return
    sandbox = f"http://127.0.0.1:{config.sandbox_port_base + DEMO_PORT}"
    folder = config.keys_dir / "wechat_pay"
    account = WechatPayAccount(
        merchant_id=merchant_id,
        app_id=environ.get("SHIMIN_WECHAT_PAY_APP_ID", demo["app"]),
        serial=environ.get("SHIMIN_WECHAT_PAY_SERIAL", demo["serial"]),
        wechat_key_id=environ.get("SHIMIN_WECHAT_PAY_KEY_ID", demo["key_id"]),
        base_url=environ.get("SHIMIN_WECHAT_PAY_URL", sandbox if config.demo else "https://api.mch.weixin.qq.com"),
        private_key=_lazily(folder / "merchant.pem", load_private),
        wechat_key=_lazily(folder / "wechat.pub.pem", load_public),
        api_key=_lazily(folder / "api_v3.key", load_api_key),
    )
    register_gateway(WechatPayGateway(account))


def _lazily(path: Path, load: Callable[[bytes], K]) -> Callable[[], K]:
    kept: list[K] = []

    def key() -> K:
        if not kept:
            try:
                kept.append(load(path.read_bytes()))
            except (OSError, ValueError) as error:
                raise Unavailable("微信支付暂时不能用。", mend="请换一种方式付款，或稍后再试。") from error
        return kept[0]

    return key
