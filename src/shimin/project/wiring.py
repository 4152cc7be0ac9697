"""Which adapter stands behind which port."""

from __future__ import annotations

from shimin.adapters import alipay, entrances, http_source, mail, open311_media, sign_on_calls, wechat_pay


def plug_in() -> None:
    """Connect every port; called once, when all apps are ready. Opens no connection."""
    http_source.connect()
    alipay.connect()
    wechat_pay.connect()
    sign_on_calls.connect()
    entrances.connect()
    mail.connect()
    open311_media.connect()
