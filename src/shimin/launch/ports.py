"""See beforehand whether the ports are free, so that the reason is said in words."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable

from shimin.launch.faults import Fault


def check_free(host: str, ports: Iterable[int]) -> None:
    """Check that this process could listen on the ports.

    Raises:
        Fault: one is taken, or may not be used.
    """
    for port in ports:
        try:
            _try(host, port)
        except OSError as error:
            raise _fault(host, port, error) from None


def _try(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections in TIME_WAIT do not count
        listener.bind((host, port))


def _fault(host: str, port: int, error: OSError) -> Fault:
    other = "choose another, for example SHIMIN_PORT=8200 ./shimin demo"
    if error.errno == errno.EADDRINUSE:
        return Fault(f"Port {port} is in use by another program", f"stop that program, or {other}")
    if error.errno == errno.EACCES:
        return Fault(f"Port {port} is for root only", other)
    return Fault(f"This machine cannot listen on {host}, port {port} ({error.strerror})", "correct SHIMIN_HOST.")
