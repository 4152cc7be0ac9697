"""The queues of joint handling at the desk."""

from __future__ import annotations

from shimin.capabilities.service_requests.joint_handling.public import count_own_parts, count_watched
from shimin.capabilities.service_requests.public import DISPATCHER, OFFICER, SUPERVISOR
from shimin.kernel.actor import Actor
from shimin.ui.desk import Queue, register_queue


def _own(actor: Actor) -> int | None:
    return count_own_parts(actor) or None


register_queue(Queue("service_requests.joint", "协办诉求", "heart-handshake", "joint_handling:queue", OFFICER, _own))


def _declined(actor: Actor) -> int | None:
    return count_watched(actor, role=DISPATCHER) or None


def _uncounted(actor: Actor) -> None:
    """It is looked through; a number would cost every page of the desk a statement."""


for _key, _title, _icon, _role, _count in (
    ("declined", "不协办的，待定", "gavel", DISPATCHER, _declined),
    ("led", "请出去的协办", "send", OFFICER, _uncounted),
    ("watch", "协办督查", "eye", SUPERVISOR, _uncounted),
):
    register_queue(Queue(f"service_requests.joint_{_key}", _title, _icon, f"joint_handling:{_key}", _role, _count))
