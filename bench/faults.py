"""Switch a department of the bench to answer slowly, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

from bench.installation import Installation

PORTS = {
    "population": 1,
    "traffic-police": 2,
    "human-resources": 3,
    "housing-fund": 4,
    "education": 5,
    "transport": 6,
}


@contextmanager
def fault(installation: Installation, department: str, **switches: int | bool) -> Iterator[None]:
    """Keep the switches set (docs/reference/sandbox.md) while the block runs."""
    _send(installation, department, "POST", switches)
    try:
        yield
    finally:
        _send(installation, department, "DELETE", {})


def _send(installation: Installation, department: str, method: str, switches: dict[str, int | bool]) -> None:
    settings = installation.settings
    request = Request(
        f"http://127.0.0.1:{settings.sandbox_port_base + PORTS[department]}/faults",
        data=json.dumps(switches).encode() if method == "POST" else None,
        method=method,
        headers={"X-Sandbox-Token": (settings.keys_dir / "sandbox_token").read_text().strip()},
    )
    with urlopen(request, timeout=5):
        return
