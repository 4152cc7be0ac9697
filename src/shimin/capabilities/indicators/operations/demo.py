"""The demo's editions: invented numbers, marked as such wherever they are shown."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from shimin.capabilities.indicators.index.methodology import FILE
from shimin.capabilities.indicators.index.table import read_table
from shimin.capabilities.indicators.operations.publishing import Manuscript, publish_edition
from shimin.kernel.actor import SYSTEM

_FOLDER = Path(__file__).resolve().parents[1] / "data" / "demo"
_METHODOLOGY = Path(__file__).resolve().parents[5] / "methodologies" / "cisi-2015" / FILE
_PERIODS = {
    "2025-1": (date(2025, 1, 1), date(2025, 7, 1)),
    "2025-2": (date(2025, 7, 1), date(2026, 1, 1)),
    "2026-1": (date(2026, 1, 1), date(2026, 7, 1)),
}
_TRIALS = 100  # quick, for a demo that people wait for


def publish_demo_editions(now: datetime) -> int:
    """Publish every file of data/demo (LEVEL-PERIOD.csv) and return how many there are. Idempotent."""
    text = _METHODOLOGY.read_text(encoding="utf-8")
    files = sorted(_FOLDER.glob("*.csv"))
    for file in files:
        level, _, period = file.stem.partition("-")
        starts_on, ends_on = _PERIODS[period]
        manuscript = Manuscript(
            methodology=_METHODOLOGY.parent.name, text=text, table=read_table(file), level=level, starts_on=starts_on,
            ends_on=ends_on, source="演示用的虚构数据，不反映任何地区的实际情况", is_demo=True, trials=_TRIALS,
        )  # fmt: skip
        publish_edition(actor=SYSTEM, manuscript=manuscript, now=now)
    return len(files)
