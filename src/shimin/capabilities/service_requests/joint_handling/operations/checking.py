"""Before an answer: every contribution is there, or the lead has said why it goes without."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.service_requests.joint_handling.domain.parts import OPEN_PARTS
from shimin.capabilities.service_requests.joint_handling.models import Part
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.operations.dispatching import agency_name
from shimin.kernel.errors import Conflict


class PartsMissing(Conflict):
    """A co-handler has not given its contribution."""

    code = "request_parts_missing"
    message = "还有协办部门没有交意见。"
    mend = "请等意见到齐；不等的，在“协办”里对它写明理由，再答复。"


def require_parts(row: ServiceRequest, now: datetime) -> None:
    """Refuse an answer while a part is open, in the scope of the step that answers, whose request is locked.

    The parts are locked with it: a contribution that comes at this moment is either there or refused.

    Raises:
        PartsMissing: see the class.
    """
    waits = [
        part.agency_id
        for part in Part.objects.select_for_update().filter(request_id=row.id, level=row.level).order_by("id")
        if part.state in OPEN_PARTS and part.agency_id != row.agency_id
    ]
    if waits:
        names = "、".join(agency_name(row.city_code, agency_id) for agency_id in waits)
        raise PartsMissing(f"还没有交意见的协办部门：{names}。")
