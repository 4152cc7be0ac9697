"""The supervisor's queues at the desk."""

from __future__ import annotations

from shimin.capabilities.service_requests.public import SUPERVISOR
from shimin.capabilities.service_requests.supervision.public import list_appeals, list_call_backs
from shimin.kernel.actor import Actor
from shimin.ui.desk import Queue, register_queue


def _appeals(actor: Actor) -> int | None:
    return len(list_appeals(actor)) or None


def _calls(actor: Actor) -> int | None:
    return len(list_call_backs(actor)) or None


def _uncounted(actor: Actor) -> None:
    """Figures are looked at, not worked off."""


for _key, _page, _title, _icon, _counted in (
    ("appeals", "appeals", "亮牌申诉", "gavel", _appeals),
    ("calls", "calls", "回访", "phone-call", _calls),
    ("supervision", "report", "督查报告", "chart-column", _uncounted),
    ("weeks", "weeks", "督查周报", "file-text", _uncounted),
):
    register_queue(Queue(f"service_requests.{_key}", _title, _icon, f"supervision:{_page}", SUPERVISOR, _counted))
