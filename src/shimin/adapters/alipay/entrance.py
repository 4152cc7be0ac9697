"""Alipay as an identity that people link: its page gives an auth_code, the signed gateway says whose it is.

Source: opendocs.alipay.com: 用户信息授权 (publicAppAuthorize), alipay.system.oauth.token.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from shimin.adapters.alipay.gateway import AlipayAccount, AlipayGateway, LoginCodeWrong
from shimin.capabilities.sign_on.ports import EntranceRefused


class AlipayEntrance:
    """支付宝."""

    code, title = "alipay", "支付宝"

    def __init__(self, account: AlipayAccount, gateway: AlipayGateway, pages_url: str) -> None:
        self._account, self._gateway, self._pages_url = account, gateway, pages_url

    def authorise_url(self, *, state: str, back_url: str) -> str:
        """Return Alipay's page; auth_base asks for no more than who it is."""
        values = {"app_id": self._account.app_id, "scope": "auth_base", "redirect_uri": back_url, "state": state}
        return f"{self._pages_url}/oauth2/publicAppAuthorize.htm?{urlencode(values)}"

    def identify(self, *, parameters: Mapping[str, str], back_url: str) -> str:
        """Exchange the auth_code for the open id."""
        code = parameters.get("auth_code", "")
        is_ours = parameters.get("app_id", self._account.app_id) == self._account.app_id
        if not is_ours or not 1 <= len(code) <= 128 or not code.isascii() or not code.isprintable():
            raise EntranceRefused
        try:
            owner = self._gateway.owner_of_login_code(code)
        except LoginCodeWrong:
            raise EntranceRefused from None
        return f"{self._account.app_id}:{owner}"
