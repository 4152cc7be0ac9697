"""The sample system: sign in with the city account by Authlib, joserfc and httpx, as any department could write it.

What a programmer has to take care of is here and nowhere else: a fresh ``state``, ``nonce`` and PKCE verifier for each
sign-in, kept on the server under the browser's own cookie; ``iss`` and ``state`` of the answer; the id token's
signature, issuer, audience, times and nonce; and that ``sub`` of userinfo is the id token's.
"""

from __future__ import annotations

import html
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.jwk import KeySet

SCOPE = "openid profile phone"
COOKIE = "sample_system"
_PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>公积金网上大厅（样例）</title>
<meta name="viewport" content="width=device-width"></head>
<body><main><h1>公积金网上大厅（样例）</h1>{}</main></body></html>"""


@dataclass(frozen=True)
class Settings:
    """What the city's desk showed when the system was approved, and where this process listens."""

    issuer: str
    client_id: str
    client_secret: str
    port: int

    @property
    def callback(self) -> str:
        return f"http://127.0.0.1:{self.port}/callback"


@dataclass
class Sample:
    """One process: browsers by their cookie, each with a sign-in on its way (``state``) or a person (``sub``)."""

    settings: Settings
    browsers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = httpx.get(f"{self.settings.issuer}/.well-known/openid-configuration").raise_for_status().json()
        if found["issuer"] != self.settings.issuer:
            raise SystemExit(f"the issuer is {found['issuer']}, not {self.settings.issuer}")
        self.provider: dict[str, Any] = found

    def client(self) -> OAuth2Client:
        return OAuth2Client(
            self.settings.client_id, self.settings.client_secret, scope=SCOPE, code_challenge_method="S256",
            redirect_uri=self.settings.callback,
        )  # fmt: skip

    def start(self, mine: dict[str, Any]) -> str:
        """Return where the browser goes to sign in."""
        mine.update(verifier=generate_token(48), nonce=generate_token(20))
        url, mine["state"] = self.client().create_authorization_url(
            self.provider["authorization_endpoint"], nonce=mine["nonce"], code_verifier=mine["verifier"],
            acr_values="urn:shimin:level:2",
        )  # fmt: skip
        return str(url)

    def finish(self, mine: dict[str, Any], came: dict[str, str]) -> None:
        """Take the answer that the browser brought; whatever does not fit is refused."""
        if came.get("state") != mine.pop("state", None) or came.get("iss") != self.settings.issuer:
            raise ValueError("这不是刚才那次登录的答复，请重新登录。")
        if "error" in came:
            raise ValueError(f"没有登录：{came['error']}")
        with self.client() as client:
            tokens = client.fetch_token(
                self.provider["token_endpoint"], code=came["code"], code_verifier=mine.pop("verifier")
            )
            claims = self.check(tokens["id_token"], mine.pop("nonce"))
            person = client.get(self.provider["userinfo_endpoint"]).raise_for_status().json()
        if person["sub"] != claims["sub"]:
            raise ValueError("两处说的不是同一个人。")
        mine.update(person, acr=claims["acr"], sid=claims["sid"], id_token=tokens["id_token"])

    def check(self, token: str, nonce: str | None) -> dict[str, Any]:
        """Return a token's claims once signature, issuer, audience, times and nonce (None: none) are right."""
        keys = KeySet.import_key_set(httpx.get(self.provider["jwks_uri"]).raise_for_status().json())
        claims = jwt.decode(token, keys, algorithms=["RS256", "ES256"]).claims
        wanted: dict[str, Any] = {
            "iss": {"essential": True, "value": self.settings.issuer},
            "aud": {"essential": True, "value": self.settings.client_id},
            "exp": {"essential": True},
        }
        if claims.get("nonce") != nonce:
            raise ValueError("这个凭证不是为这次登录签发的。")
        jwt.JWTClaimsRegistry(**wanted).validate(claims)
        return dict(claims)

    def hear(self, environ: dict[str, Any]) -> None:
        """Take a logout token: end the sign-in it names. Event and no nonce: no id token passes for one."""
        body = environ["wsgi.input"].read(min(int(environ.get("CONTENT_LENGTH") or 0), 10_000)).decode("ascii")
        claims = self.check(dict(parse_qsl(body))["logout_token"], None)
        if "http://schemas.openid.net/event/backchannel-logout" not in claims["events"]:
            raise ValueError("这不是退出通知。")
        for mine in self.browsers.values():
            if mine.get("sid") == claims["sid"]:
                mine.clear()

    def leave(self, mine: dict[str, Any]) -> str:
        """End the sign-in here and return where the person ends it at the city too."""
        hint = {"id_token_hint": mine["id_token"]} if "id_token" in mine else {}
        mine.clear()
        back = {"post_logout_redirect_uri": f"http://127.0.0.1:{self.settings.port}/"}
        return f"{self.provider['end_session_endpoint']}?{urlencode({**hint, **back})}"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        cookie = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(COOKIE)
        key = cookie.value if cookie and cookie.value in self.browsers else secrets.token_urlsafe(32)
        mine = self.browsers.setdefault(key, {})
        kept = ("Set-Cookie", f"{COOKIE}={key}; HttpOnly; SameSite=Lax; Path=/")
        status, headers, body = self.answer(environ, mine)
        start_response(status, [*headers, kept, ("Content-Type", "text/html; charset=utf-8")])
        return [body.encode()]

    def answer(self, environ: dict[str, Any], mine: dict[str, Any]) -> tuple[str, list[tuple[str, str]], str]:
        """Answer one request: the page, the way to sign in, the way back, signing out."""
        match environ["REQUEST_METHOD"], environ["PATH_INFO"]:
            case "GET", "/sign-in":
                return "302 Found", [("Location", self.start(mine))], ""
            case "GET", "/callback":
                try:
                    self.finish(mine, dict(parse_qsl(environ["QUERY_STRING"])))
                except Exception as wrong:  # shown, so that whoever tries the sample sees what happened
                    return "400 Bad Request", [], _PAGE.format(f"<p role=alert>{html.escape(str(wrong))}</p>{_SIGN_IN}")
                return "302 Found", [("Location", "/")], ""
            case "POST", "/sign-out":
                return "303 See Other", [("Location", self.leave(mine))], ""
            case "POST", "/backchannel":
                try:
                    self.hear(environ)
                except Exception:
                    return "400 Bad Request", [], ""
                return "200 OK", [("Cache-Control", "no-store")], ""
            case "GET", "/":
                return "200 OK", [], _PAGE.format(_welcome(mine))
            case _:
                return "404 Not Found", [], _PAGE.format("<p>没有这一页。</p>")


_SIGN_IN = '<p><a href="/sign-in">用市民账号登录</a></p>'


def _welcome(mine: dict[str, Any]) -> str:
    if "sub" not in mine:
        return _SIGN_IN
    name, sub, level = (html.escape(str(mine.get(key, ""))) for key in ("name", "sub", "acr"))
    return (
        f"<p>{name}，您好。您的公积金账户余额 ¥86,420.15（样例数字）。</p>"
        f"<p>专用编号 <code>{sub}</code>，核实等级 <code>{level}</code></p>"
        "<form method=post action=/sign-out><button>退出</button></form>"
    )


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Write no addresses into a log: they carry codes."""


def serve(settings: Settings) -> None:
    """Serve until interrupted; one thread, so it is a sample and no more."""
    with make_server("127.0.0.1", settings.port, Sample(settings), handler_class=_Quiet) as server:
        server.serve_forever()
