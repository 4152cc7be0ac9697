"""The states of a plan and of one deduction, and which follows which. The migration's triggers hold the same tables."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class PlanState(StrEnum):
    """``signing``: the payer has not signed at the gateway yet, or we have not heard of it."""

    SIGNING = "signing"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class EndedBy(StrEnum):
    """Why a plan ended."""

    PERSON = "person"
    GATEWAY = "gateway"
    UNSIGNED = "unsigned"
    UNBOUND = "unbound"
    CLOSED = "closed"


class DeductionState(StrEnum):
    """``placed``: its order is on the way through the gateway. ``taken``: paid, the payee has not confirmed yet."""

    ANNOUNCED = "announced"
    PLACED = "placed"
    TAKEN = "taken"
    DONE = "done"
    GIVEN_BACK = "given_back"
    SKIPPED = "skipped"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a deduction was skipped or failed."""

    NONE = ""
    PERSON = "person"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    PAID_ELSEWHERE = "paid_elsewhere"
    AMOUNT_CHANGED = "amount_changed"
    NOT_OWED = "not_owed"
    OVER_LIMIT = "over_limit"
    OVER_CAP = "over_cap"
    MONEY_SHORT = "money_short"
    REFUSED = "refused"


PLAN_STEPS: Mapping[PlanState, frozenset[PlanState]] = {
    PlanState.SIGNING: frozenset({PlanState.ACTIVE, PlanState.ENDED}),
    PlanState.ACTIVE: frozenset({PlanState.PAUSED, PlanState.ENDED}),
    PlanState.PAUSED: frozenset({PlanState.ACTIVE, PlanState.ENDED}),
    PlanState.ENDED: frozenset(),
}
DEDUCTION_STEPS: Mapping[DeductionState, frozenset[DeductionState]] = {
    DeductionState.ANNOUNCED: frozenset({DeductionState.PLACED, DeductionState.SKIPPED}),
    # Back to announced: the gateway took nothing, it is tried once more later.
    DeductionState.PLACED: frozenset(
        {DeductionState.TAKEN, DeductionState.ANNOUNCED, DeductionState.SKIPPED, DeductionState.FAILED}
    ),
    DeductionState.TAKEN: frozenset({DeductionState.DONE, DeductionState.GIVEN_BACK}),
    DeductionState.DONE: frozenset(),
    DeductionState.GIVEN_BACK: frozenset(),
    DeductionState.SKIPPED: frozenset(),
    DeductionState.FAILED: frozenset(),
}
OPEN = (DeductionState.ANNOUNCED, DeductionState.PLACED, DeductionState.TAKEN)
LIVE = (PlanState.SIGNING, PlanState.ACTIVE, PlanState.PAUSED)

PLAN_WORDS: Mapping[PlanState, str] = {
    PlanState.SIGNING: "还没签约，没有生效",
    PlanState.ACTIVE: "已生效",
    PlanState.PAUSED: "已暂停",
    PlanState.ENDED: "已停止",
}
ENDED_WORDS: Mapping[EndedBy, str] = {
    EndedBy.PERSON: "您停止了自动缴费",
    EndedBy.GATEWAY: "支付机构那边已经解约",
    EndedBy.UNSIGNED: "一天内没有签约",
    EndedBy.UNBOUND: "户号已经解绑",
    EndedBy.CLOSED: "账号已注销",
}
DEDUCTION_WORDS: Mapping[DeductionState, str] = {
    DeductionState.ANNOUNCED: "等待扣款",
    DeductionState.PLACED: "正在扣款",
    DeductionState.TAKEN: "已扣款，等收款单位确认",
    DeductionState.DONE: "已缴清",
    DeductionState.GIVEN_BACK: "收款单位没有受理，原路退回",
    DeductionState.SKIPPED: "没有扣",
    DeductionState.FAILED: "没有扣成",
}
REASON_WORDS: Mapping[Reason, str] = {
    Reason.NONE: "",
    Reason.PERSON: "您选择了这次不扣",
    Reason.PAUSED: "自动缴费已暂停",
    Reason.WITHDRAWN: "自动缴费已停止",
    Reason.PAID_ELSEWHERE: "已经有人缴清",
    Reason.AMOUNT_CHANGED: "金额有变化，会按新的金额重新通知",
    Reason.NOT_OWED: "收款单位说不用缴了",
    Reason.OVER_LIMIT: "超过您定的每笔上限，请自己缴",
    Reason.OVER_CAP: "超过您定的每月上限，请自己缴",
    Reason.MONEY_SHORT: "支付账户余额不足",
    Reason.REFUSED: "支付机构没有受理",
}
