"""All departments in one thread on ports of their own, for tests that speak HTTP to them."""

import asyncio
import http.client
import json
import socket
import threading
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shimin.sandbox import departments
from shimin.sandbox.archive import Archive
from shimin.sandbox.http1 import Connection
from shimin.sandbox.keys import ensure_department_key, ensure_token
from shimin.sandbox.service import make_gateway
from shimin.sandbox.tests.caller import Answer, enquiry, send, sign, verify


class Town:
    """Departments to call; `ask` signs a request, sends it and verifies the answer."""

    def __init__(self, archive_folder: Path, keys_dir: Path, platform_key: Ed25519PrivateKey) -> None:
        self.keys_dir = keys_dir
        self.platform_key = platform_key
        self.ports: dict[str, int] = {}
        self._folder = archive_folder
        self._loop = asyncio.new_event_loop()
        self._archives: list[Archive] = []
        self._servers: list[asyncio.Server] = []
        self._connections: set[Connection] = set()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)

    async def _open(self) -> None:
        for department in departments.ALL:
            listener = socket.create_server(("127.0.0.1", 0))
            port = listener.getsockname()[1]
            archive = Archive(self._folder, department.name)
            gateway = make_gateway(department, archive, self.keys_dir, port)
            make_connection = partial(Connection, gateway.handle, self._connections)
            self._servers.append(await self._loop.create_server(make_connection, sock=listener))
            self._archives.append(archive)
            self.ports[department.name] = port

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        for archive in self._archives:
            archive.close()

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        for connection in tuple(self._connections):
            connection.abort()
        await asyncio.sleep(0)

    def department_key(self, department: str) -> Ed25519PublicKey:
        return ensure_department_key(self.keys_dir, department).public_key()

    def send(self, department: str, record: str, body: dict[str, Any] | bytes, **how: Any) -> Answer:
        port = self.ports[department]
        return send(port, sign(self.platform_key, port, record, body, **how))

    def ask(self, department: str, record: str, fields: list[str], **changes: Any) -> dict[str, Any]:
        answer = self.send(department, record, enquiry(fields=fields, **changes))
        assert answer.status == 200, answer.body
        verify(answer, self.department_key(department))
        document: dict[str, Any] = answer.json
        return document

    def switch(self, department: str, method: str = "POST", token: str | None = None, **faults: Any) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[department], timeout=5)
        token = ensure_token(self.keys_dir) if token is None else token
        try:
            body = json.dumps(faults) if method == "POST" else None
            connection.request(method, "/faults", body, {"X-Sandbox-Token": token})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()
