"""A stand-in for ClamAV's daemon that speaks its real protocol over TCP; it knows one virus, the test file."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# The test file of EICAR, in two halves so that no scanner takes this source for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def clamd(behaviour: str = "honest", *, stream_max: int = 25 * 2**20) -> Iterator[tuple[str, int]]:
    """Run a scanner on a port of its own. ``behaviour``: honest, or slow, closes, cut_short, babbles, drips."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()
    thread = threading.Thread(target=_serve, args=(listener, behaviour, stream_max, done), daemon=True)
    thread.start()
    try:
        yield listener.getsockname()
    finally:
        done.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _serve(listener: socket.socket, behaviour: str, stream_max: int, done: threading.Event) -> None:
    while not done.is_set():
        try:
            line, _ = listener.accept()
        except OSError:
            return
        with line:
            _answer(line, behaviour, stream_max, done)


def _answer(line: socket.socket, behaviour: str, stream_max: int, done: threading.Event) -> None:
    if behaviour == "closes":
        return
    if behaviour == "slow":
        done.wait(5)
        return
    if _exactly(line, 10) != b"zINSTREAM\0":
        line.sendall(b"UNKNOWN COMMAND\0")
        return
    content = b""
    while size := struct.unpack(">L", _exactly(line, 4))[0]:
        if len(content) + size > stream_max:
            line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
        content += _exactly(line, size)
    if behaviour == "drips":
        while not done.wait(0.05):
            try:
                line.sendall(b".")
            except OSError:
                return
    found = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
    line.sendall({"cut_short": found, "babbles": b"x" * 9000}.get(behaviour, found + b"\0"))


def _exactly(line: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        part = line.recv(size - len(got))
        if not part:
            raise ConnectionError("the client went away")
        got += part
    return got
