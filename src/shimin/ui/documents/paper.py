"""What stands on one A4 paper: heading, pairs, tables, notes, a QR code. The font's used part is inside the file.

A character that the font does not have (some rare names) is printed as an empty box.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from threading import Lock

# Reading a whole Chinese font takes tens of megabytes for a moment: one paper at a time in a process.
_one_at_a_time = Lock()


class Paper:
    """A paper in the making; sizes are in millimetres. ``to_pdf`` ends it."""

    def __init__(self, title: str, *, made_at: datetime) -> None:
        self._title = title
        self._made_at = made_at
        self._steps: list[tuple[str, tuple[object, ...]]] = []

    def pairs(self, rows: Sequence[tuple[str, str]]) -> None:
        """Add names with their values."""
        self._steps.append(("pairs", (tuple(rows),)))

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """Add a table; ``widths`` are shares. The last column is set to the right (sums)."""
        self._steps.append(("table", (tuple(heads), tuple(map(tuple, rows)), tuple(widths))))

    def bars(self, title: str, rows: Sequence[tuple[str, float, str]]) -> None:
        """Add a plot of horizontal bars from (label, value, words) rows, measured from 0."""
        self._steps.append(("bars", (title, tuple(rows))))

    def line(self, text: str) -> None:
        """Add a line that counts, set large."""
        self._steps.append(("line", (text,)))

    def note(self, text: str) -> None:
        """Add small grey text."""
        self._steps.append(("note", (text,)))

    def code(self, content: str, caption: str) -> None:
        """Add a QR code with words beside it."""
        self._steps.append(("code", (content, caption)))

    def attach(self, name: str, content: bytes) -> None:
        """Put a file inside, for programs; a signature of the paper covers it."""
        self._steps.append(("attachment", (name, content)))

    def to_pdf(self) -> bytes:
        """Return the file.

        Raises:
            FontMissing: the front-end packages are not installed.
        """
        # Only the first paper needs it: the library would cost every process 40 MB.
        from shimin.ui.documents.sheet import Sheet

        with _one_at_a_time:
            sheet = Sheet(self._title, self._made_at)
            for name, values in self._steps:
                getattr(sheet, f"draw_{name}")(*values)
            return bytes(sheet.output())
