"""What processes use: CPU time and memory, from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import psycopg

_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """Return a process and all below it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        parent = _parent(folder)
        if parent is not None:
            children.setdefault(parent, []).append(int(folder.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def workers_of(pid: int) -> list[int]:
    """Return the processes that serve, below a granian main process: those that run Python, not its trackers."""
    return [each for each in family(pid) if each != pid and b"resource_tracker" not in _command(each)]


def cpu_ms(pids: Iterable[int]) -> float:
    """Return the CPU time the processes have used so far, children that ended and were waited for included."""
    total = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended between listing and reading
        total += sum(int(field) for field in fields[11:15]) * _TICK_MS
    return total


def database_pids(database_url: str) -> list[int]:
    """Return the server processes of the database's clients, and those that work for all (WAL, checkpoints, vacuum)."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND (datname = current_database() OR backend_type <> 'client backend' AND datname IS NULL)"
        )
        return [pid for (pid,) in rows]


def pss_mib(pid: int) -> float:
    """Return the proportional set size: a page shared by n processes counts 1/n in each."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"/proc/{pid}/smaps_rollup has no Pss")


def _parent(folder: Path) -> int | None:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
