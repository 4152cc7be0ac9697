"""The messenger against a real server on this machine: what it sends, and what each answer means."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from shimin.adapters.sign_on_calls import logout
from shimin.adapters.sign_on_calls.logout import HttpLogoutMessenger
from shimin.capabilities.sign_on.ports import Told


class System(ThreadingHTTPServer):
    """A system on a port of this machine."""

    status = 200

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.got: list[tuple[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/"


@pytest.fixture
def system():
    """A system whose next answer is ``system.status``; ``system.got`` is what it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            server.got.append((self.headers["Content-Type"], self.rfile.read(length).decode()))
            self.send_response(server.status)
            if server.status in (302, 307):
                self.send_header("Location", f"{server.url}elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = System(Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (200, Told.DONE), (204, Told.DONE), (400, Told.REFUSED), (404, Told.REFUSED), (302, Told.REFUSED),
        (307, Told.REFUSED), (429, Told.LATER), (500, Told.LATER), (503, Told.LATER),
    ],
)  # fmt: skip
def test_what_an_answer_means(system, status, told):
    system.status = status
    assert HttpLogoutMessenger().tell(system.url, "a.b.c") is told
    assert system.got == [("application/x-www-form-urlencoded", "logout_token=a.b.c")]


def test_nobody_there_and_nonsense(system, monkeypatch):
    monkeypatch.setattr(logout, "SECONDS", 0.3)
    assert HttpLogoutMessenger().tell("http://127.0.0.1:9/", "t") is Told.LATER
    assert HttpLogoutMessenger().tell("http://[", "t") is Told.LATER
