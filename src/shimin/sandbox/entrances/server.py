"""The three platforms below one port: ``/wechat``, ``/weibo``, ``/taobao``, each in the shape of the real one.

Codes are good once and belong to the application and the address they were asked for. The users are invented: whoever
tries the demo types who they are.
"""

import html
import json
import secrets
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

APP, SECRET = "demo-application", "demo-secret-known-to-everybody"
TITLES = {"wechat": "微信", "weibo": "微博", "taobao": "淘宝"}
PAGES = {"/wechat/connect/qrconnect": "wechat", "/weibo/oauth2/authorize": "weibo", "/taobao/authorize": "taobao"}
_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}授权（演示）</title><style>body{{font:17px/1.6 sans-serif;max-width:26em;margin:2em auto;padding:0 1em}}
button{{font:inherit;min-height:48px}}</style><main><h1>{title}授权（演示）</h1>{body}</main></html>"""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a code stands for."""

    platform: str
    user: str
    back_url: str


class Server(ThreadingHTTPServer):
    """Serves on this machine only."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.codes: dict[str, Agreed] = {}


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: addresses hold codes."""

    def do_GET(self) -> None:
        """Show a page to agree on; answer WeChat's token address; health."""
        address = urlsplit(self.path)
        values = dict(parse_qsl(address.query, keep_blank_values=True))
        if address.path == "/healthz":
            self._json(200, {"status": "ok"})
        elif address.path in PAGES:
            self._ask(PAGES[address.path], values)
        elif address.path == "/wechat/sns/oauth2/access_token":
            self._wechat_token(values)
        else:
            self._json(404, {"error": "not_found"})

    def do_POST(self) -> None:
        """Take an agreement; answer the token addresses of Weibo and Taobao."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 65_536))
        values = dict(parse_qsl(body.decode(), keep_blank_values=True))
        match urlsplit(self.path).path:
            case "/agree":
                self._agree(values)
            case "/weibo/oauth2/access_token":
                self._token("weibo", values)
            case "/taobao/token":
                self._token("taobao", values)
            case _:
                self._json(404, {"error": "not_found"})

    def _ask(self, platform: str, values: dict[str, str]) -> None:
        app_id = values.get("appid") if platform == "wechat" else values.get("client_id")
        is_scope_right = platform != "wechat" or values.get("scope") == "snsapi_login"
        if app_id != APP or values.get("response_type") != "code" or not is_scope_right:
            self._page(400, platform, "<p>应用信息不对，请回到原来的网站重新发起。</p>")
            return
        kept = {"platform": platform, "back": values.get("redirect_uri", ""), "state": values.get("state", "")}
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value, quote=True)}">'
            for name, value in kept.items()
        )
        user = '<p><label>演示用户 <input name="user" value="demo-1"></label></p>'
        yes = '<button name="answer" value="yes">同意授权</button>'
        no = '<button name="answer" value="no">取消</button>'
        self._page(200, platform, f'<form method="post" action="/agree">{hidden}{user}{yes} {no}</form>')

    def _agree(self, values: dict[str, str]) -> None:
        back, state = values.get("back", ""), values.get("state", "")
        told = {"state": state}
        if values.get("answer") == "yes":
            told["code"] = secrets.token_hex(16)
            agreed = Agreed(values.get("platform", ""), values.get("user", "")[:40], back)
            self.server.codes[told["code"]] = agreed
        else:
            told["error"] = "access_denied"
        self.send_response(303)
        self.send_header("Location", f"{back}{'&' if '?' in back else '?'}{urlencode(told)}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _wechat_token(self, values: dict[str, str]) -> None:
        """WeChat tells errors with status 200."""
        if (values.get("appid"), values.get("secret")) != (APP, SECRET):
            self._json(200, {"errcode": 40125, "errmsg": "invalid appsecret"})
            return
        agreed = self._use(values.get("code", ""), "wechat")
        if agreed is None:
            self._json(200, {"errcode": 40029, "errmsg": "invalid code"})
            return
        who = {"openid": f"oWX{agreed.user}", "unionid": f"uWX{agreed.user}", "scope": "snsapi_login"}
        self._json(200, {"access_token": secrets.token_hex(16), "expires_in": 7200, "refresh_token": "r", **who})

    def _token(self, platform: str, values: dict[str, str]) -> None:
        if (values.get("client_id"), values.get("client_secret")) != (APP, SECRET):
            self._json(400, {"error": "invalid_client", "error_code": 21324})
            return
        agreed = self._use(values.get("code", ""), platform)
        if agreed is None or agreed.back_url != values.get("redirect_uri"):
            self._json(400, {"error": "invalid_grant", "error_code": 21325})
            return
        token = {"access_token": secrets.token_hex(16), "expires_in": 157_679_999}
        if platform == "weibo":
            self._json(200, {**token, "remind_in": "157679999", "uid": f"70{agreed.user}", "isRealName": "true"})
        else:
            who = {"taobao_open_uid": f"AAT{agreed.user}", "taobao_user_nick": "%E6%BC%94%E7%A4%BA"}
            self._json(200, {**token, "token_type": "Bearer", **who})

    def _use(self, code: str, platform: str) -> Agreed | None:
        agreed = self.server.codes.pop(code, None)
        return agreed if agreed is not None and agreed.platform == platform else None

    def _page(self, status: int, platform: str, body: str) -> None:
        self._send(status, "text/html; charset=utf-8", _PAGE.format(title=TITLES[platform], body=body).encode())

    def _json(self, status: int, content: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(content).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
