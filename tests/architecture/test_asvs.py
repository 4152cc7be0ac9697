"""The checklist names tests that exist, and every row says how it stands."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOTS = (ROOT, ROOT / "src" / "shimin", ROOT / "src" / "shimin" / "capabilities")
PAGE = (ROOT / "docs" / "explanation" / "asvs.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if re.match(r"\| \d+\.\d+\.\d+ \|", line)]
STATES = {"met", "**partly**", "**not met**", "does not apply"}


def test_every_row_has_a_state_and_a_test_or_a_reason():
    numbers = [row[0] for row in ROWS]
    assert len(set(numbers)) == len(numbers)
    for row in ROWS:
        assert len(row) == 4, row
        assert row[2] in STATES, row
        assert len(row[3]) > 5, row


def test_every_requirement_of_the_level_has_its_row():
    assert len(ROWS) == 259  # ASVS 4.0.3, level 2
    assert {row[0].split(".")[0] for row in ROWS} == {str(number) for number in range(1, 15)}


def test_every_test_that_is_named_exists():
    named = re.findall(r"((?:\w+/)*tests?/(?:\w+/)*test_\w+\.py)(?:::(\w+))?", PAGE)
    assert len(named) > 130
    for file, function in named:
        found = [path for path in (root / file for root in ROOTS) if path.is_file()]
        assert found, file
        assert not function or f"def {function}(" in found[0].read_text(encoding="utf-8"), f"{file}::{function}"


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
