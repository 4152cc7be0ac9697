"""Run the programs that set-up needs (pip, uv, npm, initdb …) and turn their failures into faults."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from shimin.launch.children import Command, end, spawn
from shimin.launch.faults import Fault, disk_full

_NO_SPACE = re.compile(r"No space left on device|ENOSPC|Disk quota exceeded", re.IGNORECASE)
_TELLING = re.compile(r"error|fatal|exception|fault|cannot|refused|denied", re.IGNORECASE)
_NOTHING = 2**20  # bytes: with less than that free, a failure has no other cause worth naming
_NO_NETWORK = re.compile(
    r"NewConnectionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|Name or service not known"
    r"|Temporary failure in name resolution|dns error|client error \(Connect\)|error sending request"
    r"|Connection refused|Connection timed out|Network is unreachable|Could not connect"
    r"|\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)\b"
)


def run_tool(command: Command, *, doing: str, log: Path, env: Mapping[str, str], cwd: Path, index: str = "") -> str:
    """Run a program to its end, keep its output in ``log`` and return it.

    doing completes "… failed": "Installing the Python packages". index names what a network failure could not reach
    and how to set another.

    Raises:
        Fault: the program is missing or ended with another status than 0.
    """
    try:
        process = spawn(command, env=env, cwd=cwd, output=subprocess.PIPE)
    except FileNotFoundError:
        raise Fault(f"{command[0]} is missing", f"install it, because {doing.lower()} needs it.") from None
    try:
        output = process.communicate()[0].decode(errors="replace")
    except BaseException:
        end([process], grace=2)
        raise
    with log.open("a") as sink:
        sink.write(f"$ {' '.join(map(str, command))}\n{output}\n")
    if process.returncode:
        raise fault_in(output, doing=doing, log=log, cwd=cwd, index=index)
    return output


def fault_in(output: str, *, doing: str, log: Path, cwd: Path, index: str = "") -> Fault:
    """Return the fault that a program's output tells of."""
    if _NO_SPACE.search(output) or shutil.disk_usage(cwd).free < _NOTHING:
        return disk_full(cwd)
    if index and _NO_NETWORK.search(output):
        wrong, mend = index.split(": ", 1)
        return Fault(wrong, mend)
    return Fault(f"{doing} failed ({reason_in(output)})", f"read {log}, mend the cause and run the same command again.")


def reason_in(output: str) -> str:
    """Return the last line that speaks of an error, else the last one, shortened: most tools put the reason there."""
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["it said nothing"]
    return next((line for line in reversed(lines) if _TELLING.search(line)), lines[-1])[:300]
