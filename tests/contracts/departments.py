"""The demo city's departments as real processes, for tests: start them, switch faults on, end them."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from shimin.kernel.crypto.keys import make_keys

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "population",
    "traffic-police",
    "human-resources",
    "housing-fund",
    "education",
    "transport",
    "market-regulation",
    "bank-cards",
    "utility-billers",
)
READY_SECONDS = 90.0


@dataclass(frozen=True)
class Departments:
    """Running departments. ``residents`` are people they know, the first ones always the same."""

    port_base: int
    keys_dir: Path
    residents: list[dict[str, Any]]

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port_base + NAMES.index(name) + 1}"

    @property
    def environ(self) -> dict[str, str]:
        """The settings that lead the adapter to these departments."""
        return {f"SHIMIN_SOURCE_{name.upper().replace('-', '_')}_URL": self.url(name) for name in NAMES}

    @contextmanager
    def fault(self, name: str, **switches: Any) -> Iterator[None]:
        """Switch faults of one department on for a block: ``with departments.fault("transport", hang=True): …``."""
        self._switch(name, "POST", json.dumps(switches).encode())
        try:
            yield
        finally:
            self._switch(name, "DELETE", None)

    def _switch(self, name: str, method: str, body: bytes | None) -> None:
        token = (self.keys_dir / "sandbox_token").read_text().strip()
        headers = {"X-Sandbox-Token": token, "Content-Type": "application/json"}
        with urlopen(
            Request(f"{self.url(name)}/faults", data=body, headers=headers, method=method), timeout=10
        ) as done:
            assert done.status == 200


@contextmanager
def running_departments(folder: Path, *, residents: int = 60, rush_candidates: int = 0) -> Iterator[Departments]:
    """Start them all on ports of their own and wait until they answer."""
    keys, data = folder / "keys", folder / "sandbox"
    make_keys(keys)
    people = [f"--residents={residents}", f"--rush-candidates={rush_candidates}", f"--data-dir={data}"]
    port_base = _free_ports()
    command = [sys.executable, "-m", "shimin.sandbox", f"--port-base={port_base}", f"--keys-dir={keys}", *people]
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
    try:
        departments = Departments(port_base, keys, [])
        for name in NAMES:
            _wait_for(departments.url(name), process)
        listed = subprocess.run(
            [sys.executable, "-m", "shimin.sandbox", "residents", "--json", "--limit=60", *people],
            cwd=ROOT, env=environ, capture_output=True, check=True, timeout=60,
        )  # fmt: skip
        departments.residents.extend(json.loads(line) for line in listed.stdout.splitlines())
        yield departments
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _free_ports() -> int:
    """Return a base with free ports above it; outside the range that connections take theirs from."""
    for base in random.sample(range(20_000, 30_000, 10), 100):
        try:
            for port in range(base + 1, base + 10):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise AssertionError("no free ports in a row")


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "the sandbox has ended"
        try:
            with urlopen(f"{url}/healthz", timeout=2):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
