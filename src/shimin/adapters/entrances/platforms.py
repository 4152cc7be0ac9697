"""WeChat, Weibo and Taobao by the shapes of their own OAuth; each differs in names, places and ways to fail.

Sources: developers.weixin.qq.com (网站应用微信登录), open.weibo.com (OAuth2/authorize, access_token), open.taobao.com
(用户授权). What they call a person is valid for our application there only, so its id is part of the name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

import structlog

from shimin.adapters.entrances.calls import Api
from shimin.capabilities.sign_on.ports import EntranceRefused
from shimin.kernel.errors import Unavailable

log = structlog.get_logger("shimin.entrances")


@dataclass(frozen=True, slots=True)
class Application:
    """Our application at a platform: its id, its secret (read when needed), the platform's two addresses."""

    app_id: str
    secret: Callable[[], str]
    pages_url: str  # where browsers go
    api_url: str  # where our server asks


class _Platform:
    """What all have: our application, and the platform's server."""

    code: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, application: Application) -> None:
        self._application = application
        self._api = Api(application.api_url, self.title)

    def disconnect(self) -> None:
        """Close idle connections."""
        self._api.disconnect()


class WeChat(_Platform):
    """微信: errors come with status 200 as errcode; the secret travels in the address, as WeChat wants it."""

    code: ClassVar[str] = "wechat"
    title: ClassVar[str] = "微信"
    _CODE_WRONG: ClassVar[frozenset[int]] = frozenset({40029, 40163, 41008, 42003})

    def authorise_url(self, *, state: str, back_url: str) -> str:
        """Return the QR page; the fragment is part of WeChat's address."""
        values = {
            "appid": self._application.app_id, "redirect_uri": back_url, "response_type": "code",
            "scope": "snsapi_login", "state": state,
        }  # fmt: skip
        return f"{self._application.pages_url}/connect/qrconnect?{urlencode(values)}#wechat_redirect"

    def identify(self, *, parameters: Mapping[str, str], back_url: str) -> str:
        """Exchange the code for the openid."""
        values = {
            "appid": self._application.app_id, "secret": self._application.secret(), "code": _code(parameters),
            "grant_type": "authorization_code",
        }  # fmt: skip
        answer = self._api.get("/sns/oauth2/access_token", values)
        error = answer.get("errcode", 0)
        if error:
            raise _failed(self.code, error, is_code_wrong=error in self._CODE_WRONG, title=self.title)
        return _name(self._application.app_id, answer.get("openid"))


class Weibo(_Platform):
    """微博: a form to the token address; errors are objects with ``error``."""

    code: ClassVar[str] = "weibo"
    title: ClassVar[str] = "微博"

    def authorise_url(self, *, state: str, back_url: str) -> str:
        """Return Weibo's page."""
        values = {
            "client_id": self._application.app_id, "redirect_uri": back_url, "response_type": "code", "state": state,
        }  # fmt: skip
        return f"{self._application.pages_url}/oauth2/authorize?{urlencode(values)}"

    def identify(self, *, parameters: Mapping[str, str], back_url: str) -> str:
        """Exchange the code for the uid."""
        answer = self._api.post("/oauth2/access_token", _form(self._application, parameters, back_url))
        _check(self.code, self.title, answer)
        return _name(self._application.app_id, answer.get("uid"))


class Taobao(_Platform):
    """淘宝: the open id is preferred to the number of the user, as Taobao asks."""

    code: ClassVar[str] = "taobao"
    title: ClassVar[str] = "淘宝"

    def authorise_url(self, *, state: str, back_url: str) -> str:
        """Return Taobao's page."""
        values = {
            "response_type": "code", "client_id": self._application.app_id, "redirect_uri": back_url, "state": state,
            "view": "wap",
        }  # fmt: skip
        return f"{self._application.pages_url}/authorize?{urlencode(values)}"

    def identify(self, *, parameters: Mapping[str, str], back_url: str) -> str:
        """Exchange the code for the open id."""
        answer = self._api.post("/token", _form(self._application, parameters, back_url))
        _check(self.code, self.title, answer)
        return _name(self._application.app_id, answer.get("taobao_open_uid"))


def _form(application: Application, parameters: Mapping[str, str], back_url: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code", "code": _code(parameters), "client_id": application.app_id,
        "client_secret": application.secret(), "redirect_uri": back_url,
    }  # fmt: skip


def _code(parameters: Mapping[str, str]) -> str:
    """Return the code; without one the person said no."""
    code = parameters.get("code", "")
    if not 1 <= len(code) <= 512 or not code.isascii() or not code.isprintable():
        raise EntranceRefused
    return code


def _check(entrance: str, title: str, answer: Mapping[str, Any]) -> None:
    error = answer.get("error")
    if error:
        raise _failed(entrance, error, is_code_wrong=error in ("invalid_grant", "invalid_request"), title=title)


def _failed(entrance: str, error: object, *, is_code_wrong: bool, title: str) -> Exception:
    """A wrong code is the person's to begin anew; everything else is ours or the platform's to mend."""
    if is_code_wrong:
        return EntranceRefused()
    log.error("entrances.refused", entrance=entrance, error=str(error)[:60])
    return Unavailable(f"{title}暂时不能用。")


def _name(app_id: str, found: object) -> str:
    if not isinstance(found, str) or not 1 <= len(found) <= 128:
        raise EntranceRefused
    return f"{app_id}:{found}"
