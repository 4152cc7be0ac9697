"""What must be settled before a request is answered: whoever knows of something registers a check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from shimin.capabilities.service_requests.domain.steps import Action
from shimin.capabilities.service_requests.models import ServiceRequest

ANSWERING = frozenset({Action.REPLY, Action.DRAFT_REPLY, Action.RELEASE, Action.CONCLUDE})
AnswerCheck = Callable[[ServiceRequest, datetime], None]

_checks: list[AnswerCheck] = []


def register_answer_check(check: AnswerCheck) -> None:
    """Add a check, once; it gets the locked row, runs in the scope of the step, and refuses with a named error."""
    if check not in _checks:
        _checks.append(check)


def check_answer(row: ServiceRequest, now: datetime) -> None:
    """Run the checks of a request that is to be answered, or sent to a second person for it."""
    for check in _checks:
        check(row, now)
