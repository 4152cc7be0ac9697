"""What is wrong in a service folder: where, what, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault. ``path`` is relative to the services folder, ``line`` counts from 1."""

    path: str
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what.rstrip('.')}. Mend: {self.mend}"


class FolderFault(Exception):
    """A file cannot be read at all; it carries its finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding
