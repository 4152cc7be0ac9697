"""The state of the machine a figure was taken on."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from shutil import which

import psycopg

_SOFTWARE = ("django", "psycopg", "granian", "litestar", "asyncpg")
_ANALYTICS = ("ibis-framework", "duckdb")


def describe(database_url: str) -> str:
    """Return one paragraph: processor, cores, memory, load, and the versions of what is measured."""
    return f"{_hardware()}\n{_database(database_url)}, {_software(_SOFTWARE)}, {_wrk_version()}"


def describe_analytics() -> str:
    """Return the same for what runs without the platform's processes and database."""
    return f"{_hardware()}\n{_software(_ANALYTICS)}"


def _hardware() -> str:
    return (
        f"{_processor()}, {os.cpu_count()} cores, {_memory_gib():.0f} GiB, {platform.system()} {platform.release()}; "
        f"load average {os.getloadavg()[0]:.1f} at the start"
    )


def _software(names: Sequence[str]) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return f"Python {platform.python_version()}, {versions}"


def _database(database_url: str) -> str:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT current_setting('server_version'), current_setting('synchronous_commit'), "
            "current_setting('shared_buffers')"
        ).fetchone()
    postgres, commit, buffers = row or ("?", "?", "?")
    return f"PostgreSQL {postgres} (synchronous_commit {commit}, shared_buffers {buffers})"


def _processor() -> str:
    match = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return match[1] if match else platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _wrk_version() -> str:
    program = which("wrk")
    if program is None:
        return "no wrk (own client)"
    shown = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"wrk \S+", shown)
    return match[0] if match else "wrk"
