"""Start the peer that the item JSON is compared with: as many processes as the platform's web has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from bench.installation import Installation, free_port
from shimin.launch.supervision import Service, Supervisor

_PROBE = "/api/v1/regions/430100/items/traffic-violations"
_SERVERS = {
    "granian": ("granian", "bench.raw.litestar_app:app", "--interface", "asgi", "--no-ws"),
    "uvicorn": ("uvicorn", "bench.raw.litestar_app:app", "--no-access-log", "--log-level", "warning"),
}


@contextmanager
def peer(installation: Installation, *, cached: bool, server: str = "granian") -> Iterator[str]:
    """Yield the address of a running peer."""
    port = free_port()
    settings = replace(installation.settings, port=port)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SHIMIN_")}
    environ |= {
        "DATABASE_URL": installation.web_database_url,
        "BENCH_READ_CACHE": str(int(cached)),
        "TZ": "Asia/Shanghai",
    }
    program, *options = _SERVERS[server]
    command = [settings.python, "-m", program, *options, "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(settings.web_workers)]
    with Supervisor(settings.log_dir, settings.root) as supervisor:
        supervisor.start(Service(f"peer-{server}", command, environ, ready=[("127.0.0.1", port, _PROBE)]))
        supervisor.wait_until_ready(30.0)
        yield f"http://127.0.0.1:{port}"
