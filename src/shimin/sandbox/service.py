"""One department as a process: its files, its keys, its port."""

import asyncio
import os
import signal
import socket
from pathlib import Path

from .answers import Answerer
from .archive import Archive
from .department import Department
from .faults import FaultSwitch
from .gateway import Gateway
from .http1 import Connection
from .keys import PlatformKey, ensure_department_key, ensure_token
from .verification import Verifier

BASE_DELAY_VARIABLE = "SHIMIN_SANDBOX_DELAY_MS"


def make_gateway(
    department: Department, archive: Archive, keys_dir: Path, port: int, base_delay_ms: int = 0
) -> Gateway:
    """Put a department together."""
    return Gateway(
        department,
        archive,
        Verifier(PlatformKey(keys_dir), port),
        Answerer(department.name, ensure_department_key(keys_dir, department.name)),
        faults=FaultSwitch(base_delay_ms),
        token=ensure_token(keys_dir),
    )


def base_delay_ms() -> int:
    """Read the fixed delay from the environment.

    Raises:
        ValueError: it is not a whole number of milliseconds.
    """
    text = os.environ.get(BASE_DELAY_VARIABLE, "0")
    if not text.isdigit():
        raise ValueError(f"{BASE_DELAY_VARIABLE} must be a whole number of milliseconds, not {text!r}")
    return int(text)


def run_department(department: Department, listener: socket.socket, archive_folder: Path, keys_dir: Path) -> None:
    """Serve a department on a bound socket until SIGTERM."""
    archive = Archive(archive_folder, department.name)
    gateway = make_gateway(department, archive, keys_dir, listener.getsockname()[1], base_delay_ms())
    asyncio.run(_serve(gateway, listener))
    archive.close()


async def _serve(gateway: Gateway, listener: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    connections: set[Connection] = set()
    server = await loop.create_server(lambda: Connection(gateway.handle, connections), sock=listener, backlog=1024)
    await stopped.wait()
    server.close()
    for connection in tuple(connections):
        connection.abort()
