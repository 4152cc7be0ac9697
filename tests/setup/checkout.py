"""A small copy of the project whose platform is a few lines of Python: the launcher is the real one."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLATFORM = Path(__file__).parent / "platform"


@dataclass
class Copy:
    """A checkout with the launcher in it, and everything that runs from it."""

    root: Path
    environ: dict[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def data_dir(self) -> Path:
        return Path(self.environ["SHIMIN_DATA_DIR"])

    @property
    def port(self) -> int:
        return int(self.environ["SHIMIN_PORT"])

    def run(self, *arguments: str, timeout: float = 120, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run ./shimin to its end."""
        return subprocess.run(
            [sys.executable, self.root / "shimin", *arguments],
            env=self.environ | environ,
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        """Start ./shimin and leave it running."""
        with (self.root / "out.txt").open("w") as output:
            process = subprocess.Popen(
                [sys.executable, self.root / "shimin", *arguments],
                env=self.environ | environ,
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        self.started.append(process)
        return process

    def start_ready(self, *arguments: str, seconds: float = 90, **environ: str) -> subprocess.Popen[str]:
        """Start ./shimin and wait until it says that it is ready."""
        process = self.start(*arguments, **environ)
        deadline = time.monotonic() + seconds
        while "is ready" not in self.output():
            assert process.poll() is None, self.output()
            assert time.monotonic() < deadline, self.output()
            time.sleep(0.05)
        return process

    def output(self) -> str:
        return (self.root / "out.txt").read_text()

    def calls(self) -> list[str]:
        """Return the management commands that ran so far."""
        path = self.data_dir / "calls.txt"
        return path.read_text().split("\n")[:-1] if path.exists() else []

    def processes(self) -> list[str]:
        """Return the command lines of all processes that belong to this copy: its database, and its children."""
        needle = str(self.root).encode()
        found = []
        for pid in filter(str.isdecimal, os.listdir("/proc")):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
                environ = Path(f"/proc/{pid}/environ").read_bytes()
            except OSError:
                continue
            if int(pid) != os.getpid() and command and (needle in command or needle in environ):
                found.append(command.replace(b"\0", b" ").decode(errors="replace"))
        return found


def free_port() -> int:
    """Return a port that is free together with those of its sandbox."""
    while True:
        port = random.randrange(12000, 32000)  # below the range from which the system serves outgoing connections
        if all(_is_free(port + offset) for offset in (0, *range(101, 110), 141, 142)):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@contextmanager
def made_copy(root: Path) -> Iterator[Copy]:
    """Make a copy and end what was started from it."""
    copy = make_copy(root)
    yield copy
    for process in copy.started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def make_copy(root: Path) -> Copy:
    """Write the copy: launcher from this checkout, platform from ``platform/``, a venv that borrows our packages."""
    package = root / "src" / "shimin"
    launcher = ROOT / "src" / "shimin" / "launch"
    shutil.copytree(launcher, package / "launch", ignore=shutil.ignore_patterns("tests"))
    shutil.copytree(PLATFORM, package, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "shimin", root / "shimin")
    for name in ("requirements/run.txt", "requirements/dev.txt", "requirements/node.txt", "requirements/postgres.txt"):
        _write(root / name, "")
    _write(root / "package.json", "{}")
    _write(root / "package-lock.json", "{}")
    (root / "services").mkdir()
    _make_venv(root)
    _script(root / "bin" / "node", "echo v20.0.0")
    _script(root / "bin" / "npm", "mkdir -p node_modules")
    return Copy(root, _environment(root))


def _environment(root: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SHIMIN_", "PG", "PYTEST_"))}
    kept.pop("DATABASE_URL", None)
    return kept | {
        "PATH": f"{root / 'bin'}:{os.environ['PATH']}",
        "SHIMIN_DATA_DIR": str(root / "var"),
        "SHIMIN_PORT": str(free_port()),
        "SHIMIN_WEB_WORKERS": "1",
    }


def _make_venv(root: Path) -> None:
    venv = root / ".venv"
    _script(venv / "bin" / "python", f'PYTHONPATH="{root / "src"}" exec "{sys.executable}" "$@"')
    _script(venv / "bin" / "uv", "exit 0")
    _write(venv / "pyvenv.cfg", "")
    _write(venv / ".complete", "")
    _write(venv / "lib" / "python3.11" / "site-packages" / "shimin.pth", f"{root / 'src'}\n")


def _script(path: Path, line: str) -> None:
    _write(path, f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
