"""A person disputes a reading: the reasons offered, the states, and the term for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

LONGEST_WORDS = 2000
ANSWER_DAYS = 15  # calendar days, the platform's promise; the law names no number (个人信息保护法 art. 50)


class DisputeReason(StrEnum):
    """Why a person disputes a reading."""

    NOT_ME = "not_me"
    NOT_NEEDED = "not_needed"
    WRONG_RECORD = "wrong_record"
    OTHER = "other"


class DisputeState(StrEnum):
    """Open until the agency has answered."""

    OPEN = "open"
    ANSWERED = "answered"


REASON_WORDS: Mapping[DisputeReason, str] = {
    DisputeReason.NOT_ME: "这次查询不是我做的",
    DisputeReason.NOT_NEEDED: "查得太多，不该要这些内容",
    DisputeReason.WRONG_RECORD: "部门提供的记录有错",
    DisputeReason.OTHER: "其他",
}
