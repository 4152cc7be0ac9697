"""Late parts are urged by the platform, once, like late requests."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from shimin.capabilities.service_requests.joint_handling.domain.parts import PartAction, PartState
from shimin.capabilities.service_requests.joint_handling.operations.changing import lock_part, write_part_step
from shimin.capabilities.service_requests.queries.rows import lock_request
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope

_BATCH = 200
_WORDS = "已到交协办意见的期限，平台自动催办：请尽快交给牵头部门。"
_LATE = """
    SELECT p.id, p.request_id FROM joint_handling_part p JOIN service_requests_request r ON r.id = p.request_id
    WHERE p.state IN ('asked', 'accepted') AND p.due_at <= %s AND p.urged_at IS NULL AND r.is_clock_running
    ORDER BY p.due_at, p.id LIMIT %s
"""


def urge_late_parts(now: datetime) -> int:
    """Urge co-handlers whose time is up and whom nobody has urged, and return how many; for the worker, idempotent."""
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_LATE, [now, _BATCH])
        late = cursor.fetchall()
    return sum(_urge(part_id, request_id, now) for part_id, request_id in late)


def _urge(part_id: int, request_id: int, now: datetime) -> bool:
    """Urge one, under its locks: it may have been given, or urged, meanwhile."""
    with scope(SYSTEM):
        row = lock_request(request_id)
        part = lock_part(part_id)
        waits = part.state in (PartState.ASKED, PartState.ACCEPTED) and part.urged_at is None
        if not waits or not row.is_clock_running or part.due_at > now:
            return False
        write_part_step(
            actor=SYSTEM, part=part, action=PartAction.URGE, now=now, words=_WORDS, columns={"urged_at": now}
        )
    return True
