"""The queue of parts at the desk."""

from __future__ import annotations

from shimin.capabilities.service_requests.joint_handling.public import count_own_parts
from shimin.capabilities.service_requests.public import OFFICER
from shimin.kernel.actor import Actor
from shimin.ui.desk import Queue, register_queue


def _own(actor: Actor) -> int | None:
    return count_own_parts(actor) or None


register_queue(Queue("service_requests.joint", "协办诉求", "heart-handshake", "joint_handling:queue", OFFICER, _own))
