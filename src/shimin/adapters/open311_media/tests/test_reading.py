"""The reader of pictures against a real server on this machine."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from shimin.adapters.open311_media import reading
from shimin.adapters.open311_media.reading import HttpMediaReader
from shimin.capabilities.service_requests.open311.ports import MediaUnreadable


@pytest.fixture
def host():
    """A server that answers by the path: a picture, a redirect, nothing, too much."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status = {"/moved": 302, "/none": 404}.get(self.path, 200)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/picture")
            self.end_headers()
            self.wfile.write(b"x" * (64 if self.path == "/large" else 8))

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_reads_a_picture_and_nothing_larger_or_elsewhere(host, monkeypatch):
    reader = HttpMediaReader(may_be_local=True)
    assert reader.read(f"{host}/picture") == b"x" * 8
    monkeypatch.setattr(reading, "LARGEST_BYTES", 32)
    for path in ("/moved", "/none", "/large"):
        with pytest.raises(MediaUnreadable):
            reader.read(host + path)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/a.jpg",
        "https://[::1]/a",
        "https://169.254.169.254/a",
        "https://10.1.2.3/a",
        "http://1.1.1.1/a",
    ],
)
def test_a_city_reads_nothing_from_its_own_net(url):
    with pytest.raises(MediaUnreadable):
        HttpMediaReader(may_be_local=False).read(url)
