"""What people want when they write to the city. Source: 12345 practice, GB/T 33358 (诉求类型)."""

from __future__ import annotations

from enum import StrEnum


class RequestKind(StrEnum):
    """The six kinds of request (诉求类型)."""

    QUESTION = "question"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


KIND_WORDS = {
    RequestKind.QUESTION: "咨询",
    RequestKind.HELP: "求助",
    RequestKind.COMPLAINT: "投诉",
    RequestKind.REPORT: "举报",
    RequestKind.SUGGESTION: "建议",
    RequestKind.PRAISE: "表扬",
}
