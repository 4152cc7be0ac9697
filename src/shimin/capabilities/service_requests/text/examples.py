"""Read labelled texts for training: raw messages, or texts that somebody has cut into words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shimin.capabilities.service_requests.text.classifier.words import words_of, words_of_tokens
from shimin.capabilities.service_requests.text.csv_files import FileUnreadable, Table, read_table

RAW_COLUMNS = ("subject", "body", "text")


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text. ``is_raw`` tells texts as citizens wrote them from texts cut into words."""

    words: tuple[str, ...]
    category: str
    is_raw: bool


def read_examples(folder: Path) -> list[Example]:
    """Return the examples of all CSV files of ``folder`` that have a column ``category`` and ``tokens`` or raw text.

    Raises:
        FileUnreadable: a file cannot be read, or no file holds labelled texts.
    """
    files = sorted(path for path in folder.glob("*.csv*") if path.suffix in (".csv", ".gz"))
    found = [example for path in files for example in _examples_of(read_table(path))]
    if not found:
        raise FileUnreadable(
            f"{folder} holds no labelled text: put in a .csv or .csv.gz with the column category and "
            f"either tokens (words parted by spaces) or {', '.join(RAW_COLUMNS)}."
        )
    return found


def _examples_of(table: Table) -> list[Example]:
    raw = [name for name in RAW_COLUMNS if name in table.columns]
    if "category" not in table.columns or not ("tokens" in table.columns or raw):
        return []
    found = []
    for row in table.rows:
        if "tokens" in table.columns:
            words = words_of_tokens(row["tokens"])
        else:
            words = words_of(" ".join(row[name] for name in raw))
        if words and row["category"].strip():
            found.append(Example(tuple(words), row["category"].strip(), "tokens" not in table.columns))
    return found
