"""A look-up between its two transactions."""

from __future__ import annotations

from dataclasses import dataclass

from shimin.capabilities.enquiries.domain.offer import Question
from shimin.capabilities.enquiries.ports import RecordQuery


@dataclass(frozen=True, slots=True)
class Opened:
    """The intent is noted as ``line_id``; ``query`` is what the department will be asked."""

    question: Question
    line_id: int
    query: RecordQuery
