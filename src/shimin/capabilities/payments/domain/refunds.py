"""Refunds: why, and how far."""

from __future__ import annotations

from enum import StrEnum


class RefundStage(StrEnum):
    """How far a refund is. ``failed``: the gateway will not, somebody has to pay by hand."""

    REQUESTED = "requested"
    DECLINED = "declined"
    AGREED = "agreed"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"


class RefundReason(StrEnum):
    """Why money goes back."""

    PAID_TWICE = "paid_twice"  # surplus: found by the platform itself
    KEEPER_REFUSED = "keeper_refused"  # the keeper would not take it
    WRONG_AMOUNT = "wrong_amount"
    DECISION_REVOKED = "decision_revoked"  # the agency took its decision back
    OTHER = "other"


REASON_WORDS: dict[RefundReason, str] = {
    RefundReason.PAID_TWICE: "重复缴款，自动退回",
    RefundReason.KEEPER_REFUSED: "收款单位没有入账，自动退回",
    RefundReason.WRONG_AMOUNT: "金额有误",
    RefundReason.DECISION_REVOKED: "原决定已撤销",
    RefundReason.OTHER: "其他",
}

STAGE_WORDS: dict[RefundStage, str] = {
    RefundStage.REQUESTED: "待复核",
    RefundStage.DECLINED: "未同意",
    RefundStage.AGREED: "已同意，等待退款",
    RefundStage.SENT: "正在退回",
    RefundStage.DONE: "已退回",
    RefundStage.FAILED: "退款失败，需人工处理",
}
