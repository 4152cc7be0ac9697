"""The checklist names tests that exist, and every row says how it stands."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explanation" / "asvs.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if re.match(r"\| \d+\.\d+\.\d+ \|", line)]
STATES = {"met", "**partly**", "**not met**", "does not apply"}


def test_every_row_has_a_state_and_a_test_or_a_reason():
    assert len(ROWS) > 70
    numbers = [row[0] for row in ROWS]
    assert len(set(numbers)) == len(numbers)
    for row in ROWS:
        assert len(row) == 4, row
        assert row[2] in STATES, row
        assert len(row[3]) > 5, row


def test_every_test_that_is_named_exists():
    named = re.findall(r"((?:identity|sign_on)/tests/test_\w+\.py)(?:::(\w+))?", PAGE)
    assert len(named) > 30
    for file, function in named:
        path = ROOT / "src" / "shimin" / "capabilities" / file
        assert path.is_file(), file
        assert not function or f"def {function}(" in path.read_text(encoding="utf-8"), f"{file}::{function}"


def test_the_sum_is_the_rows():
    states = [row[2] for row in ROWS]
    told = re.search(
        r"(\d+) met \((\d+) by a test, (\d+) by construction\), (\d+) partly, (\d+) not, (\d+) do not", PAGE
    )
    assert told is not None
    met, by_test, by_reason, partly, missing, none = map(int, told.groups())
    assert (met, partly, missing, none) == tuple(
        states.count(state) for state in ("met", "**partly**", "**not met**", "does not apply")
    )
    assert by_test + by_reason == met
