"""Runs a reader of foreign files as a process of its own: what breaks a decoder ends that process and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)


def run_apart(program: Path, arguments: Sequence[str], content: bytes, *, seconds: float, name: str) -> bytes:
    """Return what ``program`` (of the platform's own) wrote about ``content``, given on its standard input.

    Nothing when it was ended by the file or took longer than ``seconds``; then ``<name>_ended`` or ``<name>_stopped``
    is logged. The process has an empty environment and bounds itself in memory and processor time.
    """
    command = [sys.executable, "-I", str(program), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - a program of our own; the file is its input only
            command, input=content, capture_output=True, timeout=seconds, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        log.warning(f"{name}_stopped", seconds=seconds)
        return b""
    if done.returncode:
        log.warning(f"{name}_ended", status=done.returncode, said=done.stderr[-2000:].decode(errors="replace"))
        return b""
    return done.stdout
