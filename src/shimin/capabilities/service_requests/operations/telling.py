"""The people who reported are told of steps that matter to them: one notice each, by the worker."""

from __future__ import annotations

from datetime import datetime, timedelta

from shimin.capabilities.notices.public import send_notice
from shimin.capabilities.service_requests.domain.steps import Action
from shimin.capabilities.service_requests.models import Reporter, RequestStep, ServiceRequest
from shimin.kernel.actor import SYSTEM, ActorKind
from shimin.kernel.clock import CHINA
from shimin.kernel.db import scope

_TEMPLATES = {
    Action.DISPATCH: "dispatched",
    Action.ARBITRATE: "dispatched",
    Action.INTERIM_REPLY: "progress",
    Action.APPROVE_EXTENSION: "extended",
    Action.SUSPEND: "suspended",
    Action.RESUME: "resumed",
    Action.REPLY: "answered",
    Action.RELEASE: "answered",
    Action.RELAY: "answered",
    Action.TAKE_BACK: "taken_back",
    Action.DECLINE: "declined",
    Action.HAND_OVER: "handed_over",
    Action.ORDER: "supervised",
    Action.REDO: "redone",
    Action.TAKE_UP: "taken_up",
    Action.REFUSE: "declined",
    Action.CONCLUDE: "answered",
}


def is_told(action: str) -> bool:
    """Tell whether a step is news for the people who reported: most events need no question to the database."""
    return action in _TEMPLATES


def tell_filed(*, request_id: int, now: datetime) -> int:
    """Confirm a filing to who has an account; return how many notices were written."""
    with scope(SYSTEM):
        row = ServiceRequest.objects.get(id=request_id)
        return _tell(row, "filed", now, None)


def tell_step(*, request_id: int, step_id: int, now: datetime) -> int:
    """Tell the reporters of a step, but not who took it; return how many notices were written."""
    with scope(SYSTEM):
        step = RequestStep.objects.get(id=step_id)
        template = _TEMPLATES.get(Action(step.action))
        if template is None:
            return 0
        row = ServiceRequest.objects.get(id=request_id)
        by = step.account_id if step.actor_kind == ActorKind.CITIZEN else None
        return _tell(row, template, now, by, step)


def _tell(
    row: ServiceRequest, template: str, now: datetime, not_to: int | None, step: RequestStep | None = None
) -> int:
    told = 0
    for reporter in Reporter.objects.filter(request_id=row.id).order_by("id"):
        if reporter.account_id is None or reporter.account_id == not_to:
            continue
        values = {"title": row.title, "number": row.number, "request_id": str(row.id)}
        due = (step.due_at if step else row.due_at).astimezone(CHINA)
        agency = str(step.details.get("agency", "")) if step else ""
        extra = {
            "filed": {"due": _day(due)},
            "dispatched": {"agency": agency, "due": _day(due)},
            "extended": {"due": _day(due)},
            "answered": {"agency": agency},
            "taken_up": {"agency": agency, "due": _day(due)},
            "progress": {"agency": agency},
            "redone": {"agency": agency, "due": _day(due)},
        }
        send_notice(
            account_id=reporter.account_id, template=f"service_requests.{template}",
            values={**values, **extra.get(template, {})}, now=now,
        )  # fmt: skip
        told += 1
    return told


def _day(due: datetime) -> str:
    """Return the last moment as people say it: a day that ends at 24:00 is the day before's midnight."""
    last = due - timedelta(seconds=1)
    return f"{last.month}月{last.day}日" if due.hour == due.minute == 0 else f"{due.month}月{due.day}日{due:%H:%M}"
