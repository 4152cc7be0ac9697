"""Where a request stands. Source: 12345 practice (待派、待签收、办理中、待审核、待评价、办结 and the side states)."""

from __future__ import annotations

from enum import StrEnum


class RequestState(StrEnum):
    """The states of a request; what leads from one to the next stands in ``steps.TABLE``."""

    FILED = "filed"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    IN_PROGRESS = "in_progress"
    SUSPENDED = "suspended"
    IN_REVIEW = "in_review"
    HANDED_OVER = "handed_over"
    ANSWERED = "answered"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


STATE_WORDS = {
    RequestState.FILED: "等待派单",
    RequestState.DISPATCHED: "已派单，等部门签收",
    RequestState.RETURNED: "部门退单，等待重新派单",
    RequestState.IN_PROGRESS: "办理中",
    RequestState.SUSPENDED: "暂缓办理",
    RequestState.IN_REVIEW: "答复待审核",
    RequestState.HANDED_OVER: "已转外地办理",
    RequestState.ANSWERED: "已答复，等您评价",
    RequestState.CLOSED: "已办结",
    RequestState.DECLINED: "不予受理",
    RequestState.WITHDRAWN: "已撤回",
    RequestState.MERGED: "并入另一件一起办",
}

# Somebody still has to do something about it: the queues hold these.
OPEN_STATES = (
    RequestState.FILED,
    RequestState.DISPATCHED,
    RequestState.RETURNED,
    RequestState.IN_PROGRESS,
    RequestState.SUSPENDED,
    RequestState.IN_REVIEW,
    RequestState.HANDED_OVER,
)
WAITING_FOR_DISPATCH = (RequestState.FILED, RequestState.RETURNED)
AT_OFFICER = (RequestState.DISPATCHED, RequestState.IN_PROGRESS, RequestState.SUSPENDED)
AT_AN_AGENCY = (*AT_OFFICER, RequestState.IN_REVIEW)
