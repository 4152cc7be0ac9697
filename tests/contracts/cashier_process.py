"""A gateway of the sandbox as a process of its own, for tests, and what is asked of every gateway."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from shimin.capabilities.payments.ports import Checkout, Gateway

NOW = datetime.now(UTC)
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Cashier:
    """Where it listens and where its keys are."""

    port: int
    keys_dir: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def gateway(self) -> str:
        return f"{self.url}/gateway.do"

    def switch(self, **faults: object) -> None:
        """Switch faults on; those not named are off."""
        token = (self.keys_dir / "sandbox_token").read_text().strip()
        answer = httpx.post(f"{self.url}/faults", json=faults, headers={"X-Sandbox-Token": token})
        assert answer.status_code == 200, answer.text

    def injected(self, day: str) -> list[dict[str, object]]:
        """Return what the day's last bill did not tell as it was."""
        token = (self.keys_dir / "sandbox_token").read_text().strip()
        found: list[dict[str, object]] = httpx.get(
            f"{self.url}/injected", params={"day": day}, headers={"X-Sandbox-Token": token}
        ).json()
        return found

    def press_pay(self, out_trade_no: str) -> httpx.Response:
        """Do what the cashier's button does."""
        return httpx.post(f"{self.url}/pay", data={"no": out_trade_no})


@contextmanager
def cashier_process(folder: Path, module: str = "shimin.sandbox.alipay") -> Iterator[Cashier]:
    """Start a gateway on a free port and wait until it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = Cashier(port, folder / "keys")
    command = [
        sys.executable, "-m", module, "--port", str(port), "--keys-dir", str(running.keys_dir),
        "--data-dir", str(folder / "data"),
    ]  # fmt: skip
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as child:
        try:
            _wait(running.url)
            yield running
        finally:
            child.terminate()
            child.wait(10)


def _wait(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the sandbox's gateway did not start")


def checkout(number: str, fen: int = 20_000) -> Checkout:
    """Return what a payer is sent to a cashier with; the way back has a query of its own."""
    return Checkout(
        number, "交通违法罚款", fen, NOW + timedelta(minutes=15), "http://127.0.0.1:9/b?x=1", "http://127.0.0.1:9/n"
    )


def opened(ours: Gateway, number: str, fen: int = 20_000) -> str:
    """Open the cashier as the payer's browser does."""
    page = httpx.get(ours.open_cashier(checkout(number, fen)).url)
    assert page.status_code == 200
    return page.text
