"""Billers' day files (T+1), both ways: what a biller has booked of a day, and what it says of ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


class FileDifference(StrEnum):
    """What a biller finds in the platform's file of a day."""

    NOT_BOOKED = "not_booked"  # the file has it, the biller has not
    NOT_IN_FILE = "not_in_file"  # the biller has it, the file has not
    WRONG_AMOUNT = "wrong_amount"
    WRONG_STATE = "wrong_state"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class BillerFinding:
    """One difference as the biller answers it. ``line`` is the platform's number of the payment."""

    line: str
    bill_number: str
    difference: FileDifference
    booked_fen: int | None
    told_fen: int | None


class FileTooLarge(Exception):
    """The biller's system does not take a file of this size."""


class BillerFiles(Protocol):
    """Files of billers' systems. Every method raises ``kernel.errors.Unavailable`` when nobody answers for sure."""

    def fetch(self, *, system: str, utility: str, day: date) -> bytes:
        """Return the biller's file of a day as it came; its hash was proved by the system's signature."""
        ...

    def check(self, *, system: str, utility: str, day: date, content: bytes) -> tuple[BillerFinding, ...]:
        """Give the platform's file of a day and return what the biller finds wrong with it.

        Raises:
            FileTooLarge: see the class.
        """
        ...


_files: BillerFiles | None = None


def set_biller_files(files: BillerFiles | None) -> None:
    """Choose the adapter; the project does this once, tests for the time of a test."""
    global _files
    _files = files


def biller_files() -> BillerFiles:
    """Return the chosen adapter.

    Raises:
        LookupError: none was chosen.
    """
    if _files is None:
        raise LookupError("no biller files are connected: see adapters.http_source.connect")
    return _files
