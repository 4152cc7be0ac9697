"""The raw limit: the operation's own SQL, prepared, by pgbench on the same database."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from shimin.launch.faults import Fault
from shimin.launch.postgres import system_postgres, wheel_postgres
from shimin.launch.settings import load_settings

RAW = Path(__file__).with_name("raw")
THREADS = 2


def rate(
    script: Path, url: str, *, connections: int, seconds: float, variables: Mapping[str, str | int] | None = None
) -> float:
    """Return the transactions a second of a closed loop."""
    shown = _run(script, url, connections, seconds, variables or {})
    found = re.search(r"^tps = ([0-9.]+)", shown, re.MULTILINE)
    if found is None:
        raise Fault(f"pgbench told no rate for {script.name}", f"read what it said: {shown[-300:]}")
    return float(found[1])


def latencies_ms(
    script: Path,
    url: str,
    *,
    connections: int,
    seconds: float,
    per_second: float,
    variables: Mapping[str, str | int] | None = None,
) -> list[float]:
    """Return the time of each transaction of an open loop, waiting for a free connection included."""
    with TemporaryDirectory() as folder:
        options = [f"--rate={per_second:.2f}", "--log", f"--log-prefix={folder}/log"]
        _run(script, url, connections, seconds, variables or {}, options)
        # Columns: client, transaction, time in µs (from the planned start on), script, epoch s, epoch µs, lag in µs.
        return [int(line.split()[2]) / 1000 for log in Path(folder).iterdir() for line in log.read_text().splitlines()]


def _run(
    script: Path,
    url: str,
    connections: int,
    seconds: float,
    variables: Mapping[str, str | int],
    options: list[str] | None = None,
) -> str:
    command = [_program(), "--no-vacuum", "--protocol=prepared", f"--file={script}"]
    command += [f"--client={connections}", f"--jobs={min(THREADS, connections)}", f"--time={max(1, round(seconds))}"]
    command += [f"--define={name}={value}" for name, value in variables.items()]
    done = subprocess.run([*command, *(options or []), url], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Fault(f"pgbench failed on {script.name} ({done.stderr.strip()[-300:]})", "mend the script.")
    return done.stdout


@cache
def _program() -> str:
    """pgbench lies beside the server's programs, or beside the wheel's."""
    found = [*system_postgres(("postgres", "pgbench")), *wheel_postgres(load_settings(), ("postgres", "pgbench"))]
    if not found:
        raise Fault("pgbench is missing", "install postgresql-contrib (or the wheel: SHIMIN_POSTGRES=wheel).")
    return found[0].program("pgbench")
