"""``index``: the events of a matrix of accounts to A1-A3 by province, beside the same by hand-written SQL."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.figures import Bound, Figure
from bench.installation import say
from bench.matrix import write_matrix
from bench.plan import Plan
from shimin.launch.faults import Fault

ROOT = Path(__file__).resolve().parents[2]
_REGIONS = ROOT / "src/shimin/capabilities/catalogue/data/regions.csv"


def measure(plan: Plan) -> list[Figure]:
    """Count ``plan.events`` and a tenth of them; every count in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="shimin-bench-", dir=_folder()) as made:
        large, small = Path(made, "large"), Path(made, "small")
        with _REGIONS.open(encoding="utf-8", newline="") as file:
            codes = [row["code"] for row in csv.DictReader(file)]
        for folder, number in ((large, plan.events), (small, plan.events // 10)):
            say(f"index: inventing {number:,} events")
            write_matrix(folder, number, codes)
        rounds = []
        for at in range(plan.rounds):
            say(f"index: round {at + 1} of {plan.rounds}")
            sides = [("ours", large), ("raw", large), ("ours", small), ("raw", small)]
            rounds.append([_count(side, folder) for side, folder in (sides if at % 2 == 0 else reversed(sides))])
            if at % 2:
                rounds[-1].reverse()
    for ours, raw, ours_small, raw_small in rounds:
        if ours["digest"] != raw["digest"] or ours_small["digest"] != raw_small["digest"]:
            raise Fault("the counts differ from the hand-written SQL's", "mend the expression or bench/raw/matrix.sql.")
    return [
        Figure("index", "seconds_to_scores", "s", [r[0]["seconds"] for r in rounds], [r[1]["seconds"] for r in rounds],
               Bound("<=", 1.2)),
        Figure("index", "peak_memory", "MiB", [r[0]["peak_mib"] for r in rounds], bound=Bound("<=", 2048)),
        Figure("index", "exponent_from_a_tenth", "", [math.log10(r[0]["seconds"] / r[2]["seconds"]) for r in rounds],
               bound=Bound("<=", 1.1)),
    ]  # fmt: skip


def _folder() -> str | None:
    """Large files go beside the installation's data, not to a temporary folder that may be memory."""
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    return str(folder)


def _count(side: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.counting", side, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Fault(f"counting ended with {done.returncode}: {done.stderr[-500:]}", "mend it.")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result
