"""Telling a department's system that a debt it showed was paid, or that the payment was taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shimin.capabilities.enquiries.public import SourceSystem


@dataclass(frozen=True, slots=True)
class ActAnswer:
    """What the department said: its receipt, or a reason code when it did not accept."""

    is_accepted: bool
    receipt: str = ""
    reason: str = ""


class PaymentReporter(Protocol):
    """Performs acts at departments. Fail-closed: what cannot be verified is an error, never an answer."""

    def perform(self, system: SourceSystem, act: str, *, line: str, params: Mapping[str, Any]) -> ActAnswer:
        """Tell once. ``line`` is the same at each repetition, so that the department acts once. Not in a transaction.

        Raises:
            Unavailable: whether it was done is not known; ask again with the same ``line``.
        """
        ...


_reporter: PaymentReporter | None = None


def set_payment_reporter(reporter: PaymentReporter | None) -> None:
    """Choose the adapter; the project does this once, tests for the time of a test."""
    global _reporter
    _reporter = reporter


def payment_reporter() -> PaymentReporter:
    """Return the chosen adapter.

    Raises:
        LookupError: none was chosen.
    """
    if _reporter is None:
        raise LookupError("no payment reporter is connected: see adapters.http_source.connect")
    return _reporter
