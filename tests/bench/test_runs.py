"""Each workload runs, quickly, and prints well-formed figures. Slow: pytest -m setup tests/bench."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from bench.__main__ import APART, WORKLOADS
from bench.plan import ROUNDS

pytestmark = pytest.mark.setup

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"workload", "metric", "value", "unit", "raw", "ratio", "bound", "holds", "rounds", "spread"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.mark.parametrize("workload", [*WORKLOADS, *APART])
def test_quick_run_prints_well_formed_figures(workload, folder):
    environ = {**os.environ, "SHIMIN_DATA_DIR": str(folder)}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "bench", workload, "--quick", "--json"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows
    for row in rows:
        assert set(row) == KEYS
        assert row["workload"] == workload
        assert (row["holds"] is None) == (row["bound"] is None)
        assert (row["ratio"] is None) == (row["raw"] is None)
    assert [row for row in rows if row["raw"] is not None and row["rounds"] < min(ROUNDS, 3)] == []
    if "rush" in workload:
        assert next(row["value"] for row in rows if row["metric"] == "wrong_scores") == 0
    _require_nothing_left(folder)
    print(f"{workload}: {time.monotonic() - began:.0f} s")


def _require_nothing_left(folder: Path) -> None:
    marked = [
        path.parent.name
        for path in Path("/proc").glob("[0-9]*/environ")
        if str(folder).encode() in _read(path) and int(path.parent.name) != os.getpid()
    ]
    assert marked == []
    if url := os.environ.get("DATABASE_URL"):
        with psycopg.connect(url) as connection:
            left = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'shimin_bench_%'").fetchall()
        assert [name for (name,) in left if name.endswith(folder.name)] == []


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
