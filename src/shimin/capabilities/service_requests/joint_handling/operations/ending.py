"""Parts end with their request: answered, withdrawn, merged, gone elsewhere, or led by the co-handler itself."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.service_requests.joint_handling.domain.parts import LENT_STATES, OPEN_PARTS, PartAction
from shimin.capabilities.service_requests.joint_handling.models import Part
from shimin.capabilities.service_requests.joint_handling.operations.changing import write_part_step
from shimin.capabilities.service_requests.queries.rows import lock_request
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope


def end_parts(*, request_id: int, now: datetime) -> int:
    """End the open parts that a request's step has left without sense, and return how many; idempotent."""
    with scope(SYSTEM):
        if not Part.objects.filter(request_id=request_id, state__in=OPEN_PARTS).exists():
            return 0
        row = lock_request(request_id)
        ended = 0
        for part in Part.objects.select_for_update().filter(request_id=request_id, state__in=OPEN_PARTS).order_by("id"):
            is_over = row.state not in LENT_STATES or part.level != row.level
            if is_over or part.agency_id == row.agency_id:
                write_part_step(actor=SYSTEM, part=part, action=PartAction.END, now=now, columns={"ended_at": now})
                ended += 1
        return ended
