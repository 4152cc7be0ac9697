"""Beginnings of answers (答复模板): ``data/reply_templates.csv``, or a city's own file of the name in SHIMIN_RULES_DIR.

A gap is written ``【填】``. An answer that still has one is not sent: nobody gets a form for an answer.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from shimin.kernel.errors import InvalidInput

FILE_NAME = "reply_templates.csv"
SHIPPED = Path(__file__).parents[1] / "data" / FILE_NAME
GAP = "【填】"
_COLUMNS = ("key", "title", "text")


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """One beginning: its key in addresses, its title on the button, the text with gaps."""

    key: str
    title: str
    text: str


class TemplatesUnreadable(ValueError):
    """The file holds no templates; the text says where and why."""


def read_templates(path: Path) -> tuple[ReplyTemplate, ...]:
    """Return the templates of a file.

    Raises:
        TemplatesUnreadable: it is missing, has another head, an empty cell or a key twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != _COLUMNS:
                raise TemplatesUnreadable(f"{path}, line 1: the head must be {','.join(_COLUMNS)}.")
            rows = [tuple((row[name] or "").strip() for name in _COLUMNS) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TemplatesUnreadable(f"{path}: {error}") from None
    if any(not all(row) for row in rows) or len({row[0] for row in rows}) < len(rows):
        raise TemplatesUnreadable(f"{path}: every line needs key, title and text, each key once.")
    return tuple(ReplyTemplate(*row) for row in rows)


def require_filled(words: str) -> None:
    """Refuse an answer whose template was not filled in.

    Raises:
        InvalidInput: a gap is left.
    """
    if GAP in words:
        raise InvalidInput(fields={"words": f"模板里还有“{GAP}”没有填，请写上具体内容或删掉。"})
