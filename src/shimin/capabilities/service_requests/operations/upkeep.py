"""What time alone does: unrated answers close, suspended requests are taken up again, keys are forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.domain.steps import Action, step_from
from shimin.capabilities.service_requests.models import FilingKey, ServiceRequest
from shimin.capabilities.service_requests.operations.moving import Change, write_step
from shimin.kernel.actor import SYSTEM
from shimin.kernel.clock import local_date
from shimin.kernel.db import scope

TIME_TO_RATE = timedelta(days=15)
KEY_KEPT = timedelta(days=3)
_BATCH = 200


def close_unrated(now: datetime) -> int:
    """Close answers that nobody has rated for 15 days and return how many; they can still be reopened."""
    with scope(SYSTEM):
        rows = ServiceRequest.objects.select_for_update(skip_locked=True).filter(
            state=str(RequestState.ANSWERED), answered_at__lt=now - TIME_TO_RATE
        ).order_by("answered_at")[:_BATCH]  # fmt: skip
        for row in (found := list(rows)):
            write_step(
                actor=SYSTEM, row=row, step=step_from(Action.CLOSE, RequestState(row.state)), change=Change(), now=now
            )
    return len(found)


def resume_due(now: datetime) -> int:
    """Take suspended requests up again on the day they were put off to, and return how many."""
    with scope(SYSTEM):
        rows = ServiceRequest.objects.select_for_update(skip_locked=True).filter(
            state=str(RequestState.SUSPENDED), look_again_date__lte=local_date(now)
        ).order_by("look_again_date")[:_BATCH]  # fmt: skip
        for row in (found := list(rows)):
            write_step(
                actor=SYSTEM, row=row, step=step_from(Action.RESUME, RequestState(row.state)),
                change=Change({"look_again_date": None}), now=now,
            )  # fmt: skip
    return len(found)


def forget_filing_keys(now: datetime) -> int:
    """Delete idempotency keys older than three days and return how many."""
    with scope(SYSTEM):
        return int(FilingKey.objects.filter(made_at__lt=now - KEY_KEPT).delete()[0])
