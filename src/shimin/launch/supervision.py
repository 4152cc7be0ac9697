"""Keep the platform's processes running: start, wait until ready, restart what fails, end all."""

from __future__ import annotations

import http.client
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Never

from shimin.launch.children import Command, end, spawn
from shimin.launch.faults import Fault
from shimin.launch.tools import reason_in

_POLL_SECONDS = 0.1
_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 60.0  # after so long a life the next failure counts as the first
_LARGEST_LOG = 20 * 2**20


@dataclass(frozen=True, slots=True)
class Service:
    """A process to keep running; it is ready when every address in ``ready`` answers 200."""

    name: str
    command: Command
    env: Mapping[str, str]
    ready: Sequence[tuple[str, int, str]] = ()


@dataclass(slots=True)
class _Running:
    service: Service
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    restart_at: float | None = None


@dataclass(slots=True)
class Supervisor:
    """Runs services; a context manager, so that every way out ends them."""

    log_dir: Path
    cwd: Path
    _running: list[_Running] = field(default_factory=list)

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *_: object) -> None:
        end([each.process for each in reversed(self._running)])

    def start(self, service: Service) -> None:
        """Start a service; its output goes to ``<name>.log``."""
        self._running.append(_Running(service, self._spawn(service), time.monotonic()))

    def wait_until_ready(self, seconds: float) -> None:
        """Wait until every service answers.

        Raises:
            Fault: one ended, or did not answer in time.
        """
        deadline = time.monotonic() + seconds
        waiting = [(each, address) for each in self._running for address in each.service.ready]
        while waiting:
            for each in self._running:
                if each.process.poll() is not None:
                    raise self._fault(each.service, f"ended with status {each.process.returncode} at its start")
            waiting = [(each, address) for each, address in waiting if not _answers(*address)]
            if waiting and time.monotonic() > deadline:
                host, port, path = waiting[0][1]
                raise self._fault(waiting[0][0].service, f"does not answer at http://{host}:{port}{path}")
            time.sleep(_POLL_SECONDS / 2)

    def pid_of(self, name: str) -> int:
        """Return the process that runs the service of this name now."""
        return next(each.process.pid for each in self._running if each.service.name == name)

    def watch(self) -> Never:
        """Restart what ends, with growing pauses, until an exception (a signal) ends the watch."""
        while True:
            time.sleep(_POLL_SECONDS)
            self.look_after_all()

    def look_after_all(self) -> None:
        """Restart what has ended since the last look, once its pause is over."""
        for each in self._running:
            self._look_after(each, time.monotonic())

    def _look_after(self, each: _Running, now: float) -> None:
        if each.process.poll() is None:
            return
        if each.restart_at is None:
            each.failures = 0 if now - each.started > _STEADY_SECONDS else each.failures + 1
            pause = min(_LONGEST_PAUSE, 0.5 * 2**each.failures)
            each.restart_at = now + pause
            print(f"{each.service.name} ended (status {each.process.returncode}); again in {pause:.0f} s", flush=True)
            end([each.process], grace=0)  # what is left of its group
        elif now >= each.restart_at:
            each.process, each.started, each.restart_at = self._spawn(each.service), now, None

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        log = self._log(service)
        if log.exists() and log.stat().st_size > _LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            return spawn(service.command, env=service.env, cwd=self.cwd, output=output)

    def _log(self, service: Service) -> Path:
        return self.log_dir / f"{service.name}.log"

    def _fault(self, service: Service, what: str) -> Fault:
        log = self._log(service)
        reason = reason_in(log.read_text(errors="replace")[-4000:])
        return Fault(f"{service.name} {what} ({reason})", f"read {log}.")


def _answers(host: str, port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
