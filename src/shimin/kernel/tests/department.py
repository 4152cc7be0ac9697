"""A department for tests: answers over real sockets and signs with the http-message-signatures package."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, MappingKeyResolver, algorithms

from shimin.kernel import clock
from shimin.kernel.crypto.signing import content_digest

ANSWER_PARTS = ("@status", "content-digest", "content-type", '"signature";req;key="sig1"')


@dataclass
class Reply:
    """What the department does with a request; tests change single fields."""

    status: int = 200
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    signed_ago: timedelta = timedelta()
    keyid: str = "traffic-police"
    parts: tuple[str, ...] = ANSWER_PARTS
    signed: bool = True
    after_signing: Callable[[dict[str, str], bytes], bytes] | None = None
    raw: bytes | None = None
    before: Callable[[], None] | None = None


class Department:
    """Listens on loopback; ``reply`` decides every answer, ``requests`` keeps what came."""

    def __init__(self, platform_key: Ed25519PrivateKey) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.reply = Reply()
        self.requests: list[SimpleNamespace] = []
        self.connections = 0
        self._platform = MappingKeyResolver(public_keys={"platform": platform_key.public_key()}, private_keys={})
        department = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                department.connections += 1
                super().setup()

            def do_POST(self) -> None:
                department.answer(self)

            def log_message(self, *_: Any) -> None:
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        request = SimpleNamespace(
            method="POST", url=self.url + handler.path, headers=dict(handler.headers.items()), body=body
        )
        self.requests.append(request)
        reply = self.reply
        if reply.before is not None:
            reply.before()
        if reply.raw is not None:
            handler.wfile.write(reply.raw)
            handler.close_connection = True
            return
        self._send(handler, *self.sign(request, reply), reply.status)

    def check(self, request: SimpleNamespace) -> Any:
        """Verify a request as a department would, with the package."""
        verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=self._platform)
        return verifier.verify(request, max_age=timedelta(seconds=30))

    def sign(self, request: SimpleNamespace, reply: Reply) -> tuple[dict[str, str], bytes]:
        asked = orjson.loads(request.body)
        body = orjson.dumps({"request_id": asked["request_id"], "found": True}) if reply.body is None else reply.body
        headers = {"Content-Type": "application/json", "Content-Digest": content_digest(body), **reply.headers}
        response = SimpleNamespace(status_code=reply.status, headers=headers, request=request)
        if reply.signed:
            keys = MappingKeyResolver(public_keys={}, private_keys={reply.keyid: self.key})
            HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=keys).sign(
                response,
                key_id=reply.keyid,
                created=clock.now() - reply.signed_ago,
                nonce="nonce-of-the-department",
                label="sig1",
                use_existing_digest=True,
                covered_component_ids=reply.parts,
            )
        if reply.after_signing is not None:
            body = reply.after_signing(headers, body)
        return headers, body

    def _send(self, handler: BaseHTTPRequestHandler, headers: dict[str, str], body: bytes, status: int) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
