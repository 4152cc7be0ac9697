"""The server of a gateway with a cashier: health, fault switches, bills' faults, pages. Each gateway adds its own."""

import argparse
import hmac
import html
import json
import signal
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import parse_qsl, urlsplit

from ..keys import ensure_token
from .books import Books, Row
from .faults import Faults, inject, parse_faults

CHINA = timezone(timedelta(hours=8))
TIME = "%Y-%m-%d %H:%M:%S"
MOST_BYTES = 65_536

PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>body{{font:17px/1.6 sans-serif;max-width:26em;margin:2em auto;padding:0 1em}}
button{{font:inherit;width:100%;min-height:52px;border:0;border-radius:12px;background:{colour};color:#fff}}
.sum{{font-size:40px;margin:.2em 0}}.demo{{background:#fff3d6;padding:.5em 1em;border-radius:12px}}</style>
<main><p class="demo">演示收银台：不会真的扣款。</p><h1>{subject}</h1>
<p class="sum">¥{amount}</p>{body}</main></html>"""

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class ServerPlan(Generic[K]):
    """What a server is made of."""

    keys: K
    books: Books
    token: str
    port: int


class Server(ThreadingHTTPServer, Generic[K]):
    """Serves on this machine only."""

    daemon_threads = True
    handler: ClassVar[type["Handler"]]

    def __init__(self, plan: ServerPlan[K]) -> None:
        super().__init__(("127.0.0.1", plan.port), self.handler)
        self.plan = plan
        self.faults = Faults()
        self.injected: dict[str, list[dict[str, Any]]] = {}  # day -> what its last bill does not tell as it was


def now() -> str:
    """Give China's time."""
    return datetime.now(CHINA).strftime(TIME)


class Handler(BaseHTTPRequestHandler, ABC):
    """One request."""

    server: Server[Any]
    protocol_version = "HTTP/1.1"
    title: ClassVar[str]
    colour: ClassVar[str]

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: addresses hold what was signed."""

    def do_GET(self) -> None:
        """Serve questions, pages and bills."""
        self._serve(b"")

    def do_POST(self) -> None:
        """Serve calls, the pages' buttons, and the switches."""
        self._serve(self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MOST_BYTES)))

    def _serve(self, body: bytes) -> None:
        address = urlsplit(self.path)
        self.serve(address.path, dict(parse_qsl(address.query, keep_blank_values=True)), body)

    @abstractmethod
    def serve(self, path: str, values: dict[str, str], body: bytes) -> None:
        """Serve what the gateway has; what it does not know is ``serve_common``'s. ``values`` are the address's."""

    def serve_common(self, path: str, values: dict[str, str], body: bytes) -> None:
        """Serve what every gateway has: health, and for those who know the token the switches."""
        match path:
            case "/healthz":
                self.send(200, "application/json", b'{"status": "ok"}')
            case "/injected" if self._is_trusted():
                done = self.server.injected.get(values.get("day", ""), [])
                self.send(200, "application/json", json.dumps(done).encode())
            case "/faults" if self.command == "POST" and self._is_trusted():
                self._switch(body)
            case _:
                self.send(404, "text/plain", b"not found")

    def bill_rows(self, day: str) -> list[Row]:
        """Give the lines of a day's bill, with the faults that are switched on."""
        rows, self.server.injected[day] = inject(self.server.plan.books.day(day), self.server.faults, day)
        return rows

    def page(self, status: int, subject: str, amount: str, body: str) -> None:
        """Send a page of the cashier; ``body`` is HTML."""
        text = PAGE.format(title=self.title, colour=self.colour, subject=html.escape(subject), amount=amount, body=body)
        self.send(status, "text/html; charset=utf-8", text.encode())

    def redirect(self, address: str) -> None:
        """Send the browser on."""
        self.send_response(303)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send(self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _is_trusted(self) -> bool:
        return hmac.compare_digest(self.headers.get("X-Sandbox-Token", ""), self.server.plan.token)

    def _switch(self, body: bytes) -> None:
        try:
            self.server.faults = parse_faults(json.loads(body or b"{}"))
        except (ValueError, TypeError) as error:
            self.send(422, "text/plain", str(error).encode())
            return
        self.send(200, "application/json", json.dumps(asdict(self.server.faults)).encode())


def serve(name: str, ensure_keys: Callable[[Path], K], server_type: type[Server[K]]) -> int:
    """Serve ``python -m shimin.sandbox.NAME`` until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog=f"python -m shimin.sandbox.{name}", description=f"A stand-in for {name}.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--keys-dir", type=Path, required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    options = parser.parse_args()
    options.data_dir.mkdir(parents=True, exist_ok=True)
    books = Books(options.data_dir / f"{name}.sqlite3")
    keys = ensure_keys(options.keys_dir / name)
    server = server_type(ServerPlan(keys, books, ensure_token(options.keys_dir), options.port))

    def end(signum: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    sys.stdout.write(f"{name} http://127.0.0.1:{options.port}\n")
    sys.stdout.flush()
    server.serve_forever()
    return 0
