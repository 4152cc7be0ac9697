"""Closed-loop throughput of GET requests: wrk where the machine has it, else our own client."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from shutil import which
from tempfile import NamedTemporaryFile

from bench import client
from shimin.launch.faults import Fault

_SCRIPT = Path(__file__).with_name("wrk.lua")


def rate(
    base_url: str, paths: Sequence[str], *, connections: int, seconds: float, headers: Mapping[str, str] | None = None
) -> float:
    """Return the answers a second, asked for in turn over ``connections``.

    Raises:
        Fault: one of them was no 2xx or 3xx: an error is no answer.
    """
    program = which("wrk")
    if program is None:
        return _own_rate(base_url, paths, connections, seconds, headers or {})
    with NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(paths))
        file.flush()
        command = [program, "-t2", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(_SCRIPT)]
        command += [part for name, value in (headers or {}).items() for part in ("-H", f"{name}: {value}")]
        shown = subprocess.run([*command, base_url, "--", file.name], capture_output=True, text=True, check=True).stdout
    found = re.search(r"^figures (\d+) (\d+) (\d+)$", shown, re.MULTILINE)
    if found is None:
        raise Fault(f"wrk told no figures of {base_url}", f"read what it said: {shown[-300:]}")
    requests, microseconds, errors = map(int, found.groups())
    _refuse_errors(errors, requests, base_url)
    return requests * 1e6 / microseconds


def _own_rate(
    base_url: str, paths: Sequence[str], connections: int, seconds: float, headers: Mapping[str, str]
) -> float:
    requests = cycle([client.get(base_url, path, headers) for path in paths])
    run = asyncio.run(client.closed_loop(base_url, requests, connections=connections, seconds=seconds))
    _refuse_errors(sum(not 200 <= answer.status < 400 for answer in run.answers), len(run.answers), base_url)
    return run.per_second


def _refuse_errors(errors: int, requests: int, base_url: str) -> None:
    if errors or not requests:
        raise Fault(f"{errors} of {requests} answers of {base_url} were errors", "read the log of the web process.")
