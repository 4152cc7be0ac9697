"""Plug Alipay into payments when the operator (or the demo) has named an application."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from shimin.adapters.alipay.agreements import AlipayAgreements
from shimin.adapters.alipay.entrance import AlipayEntrance
from shimin.adapters.alipay.gateway import AlipayAccount, AlipayGateway
from shimin.adapters.alipay.signing import load_private, load_public
from shimin.capabilities.payments.ports import register_agreement_gateway, register_gateway
from shimin.capabilities.sign_on.ports import register_entrance
from shimin.kernel.errors import Unavailable

K = TypeVar("K")
DEMO_PORT = 41
DEMO_SCENE = "INDUSTRY|PUBLIC_UTILITY"
DEMO_APP, DEMO_SELLER = "2021000000000001", "2088000000000001"


def connect(environ: Mapping[str, str] = os.environ) -> None:
    """Offer Alipay if SHIMIN_ALIPAY_APP_ID is set, or in the demo. Opens no connection."""
    config = settings.SHIMIN
    app_id = environ.get("SHIMIN_ALIPAY_APP_ID", DEMO_APP if config.demo else "")
    if not app_id:
        return
    sandbox = f"http://127.0.0.1:{config.sandbox_port_base + DEMO_PORT}/gateway.do"
    default = sandbox if config.demo else "https://openapi.alipay.com/gateway.do"
    folder = config.keys_dir / "alipay"
    account = AlipayAccount(
        app_id=app_id,
        seller_id=environ.get("SHIMIN_ALIPAY_SELLER_ID", DEMO_SELLER if config.demo else ""),
        gateway_url=environ.get("SHIMIN_ALIPAY_GATEWAY_URL", default),
        private_key=_lazily(folder / "app.pem", load_private),
        alipay_key=_lazily(folder / "alipay.pub.pem", load_public),
    )
    gateway = AlipayGateway(account)
    register_gateway(gateway)
    scene = environ.get("SHIMIN_ALIPAY_SIGN_SCENE", DEMO_SCENE if config.demo else "")
    if scene:
        register_agreement_gateway(AlipayAgreements(gateway, scene))
    pages_url = sandbox.removesuffix("/gateway.do") if config.demo else "https://openauth.alipay.com"
    register_entrance(AlipayEntrance(account, gateway, pages_url))


def _lazily(path: Path, load: Callable[[bytes], K]) -> Callable[[], K]:
    kept: list[K] = []

    def key() -> K:
        if not kept:
            try:
                kept.append(load(path.read_bytes()))
            except (OSError, ValueError) as error:
                raise Unavailable("支付宝暂时不能用。", mend="请换一种方式付款，或稍后再试。") from error
        return kept[0]

    return key
