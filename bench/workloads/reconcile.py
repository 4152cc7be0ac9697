"""``reconcile``, the end of ``pay``: a statement imported and compared, beside COPY of both sides and one join."""

from __future__ import annotations

import json
import math

from bench.figures import Bound, Figure
from bench.installation import Installation, say
from bench.plan import Plan
from bench.reconciled_size import MISSING_EVERY, WRONG_EVERY


def measure(installation: Installation, plan: Plan) -> list[Figure]:
    """Return time and memory of importing and comparing a statement, and how many differences were told wrongly."""
    say(f"pay: a statement of {plan.lines} lines")
    file = installation.work_dir / "bench-bill.zip"
    words = [str(plan.lines), installation.database_url, str(file)]
    installation.run("bench.reconciled", "fill", *words)
    ours, raws = [], []
    for number in range(plan.rounds):
        say(f"pay: reconciling, round {number + 1} of {plan.rounds}")
        ours.append(json.loads(installation.run("bench.reconciled", "ours", *words, process="worker")))
        raws.append(json.loads(installation.run("bench.reconciled", "raw", *words)))
    file.unlink()
    missing, wrong = plan.lines // MISSING_EVERY, plan.lines // WRONG_EVERY
    both = plan.lines // math.lcm(MISSING_EVERY, WRONG_EVERY)
    return [
        Figure("pay", f"reconcile_{plan.lines}_lines", "s", [each["seconds"] for each in ours],
               [each["seconds"] for each in raws], Bound("<=", 5)),
        Figure("pay", "reconcile_import_alone", "s", [each["imported"] for each in ours]),
        Figure("pay", "reconcile_peak_memory", "MiB", [each["mib"] for each in ours], bound=Bound("<=", 1024)),
        Figure("pay", "reconcile_differences_wrong", "", [abs(each["found"] - missing - wrong + both) for each in ours],
               bound=Bound("<=", 0)),
    ]  # fmt: skip
