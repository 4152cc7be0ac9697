"""What people want when they write to the city. Source: 12345 practice, GB/T 33358 (诉求类型)."""

from __future__ import annotations

import re
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

# The first row whose words stand in the text decides; who uses none of them asks for help.
_SAID_AS = (
    (RequestKind.REPORT, re.compile(r"举报|检举|揭发")),
    (
        RequestKind.PRAISE,
        re.compile(r"表扬|点赞|(?:特此|衷心|非常|十分|真诚)地?感谢.{0,30}(?:工作|服务|帮助|态度|师傅|同志|民警|医生)"),
    ),
    (
        RequestKind.COMPLAINT,
        re.compile(r"投诉|维权|乱收费|不作为|推诿|强制|欺骗|扰民|违法|违规|太吵|噪音|噪声|恶臭|拖欠"),
    ),
    (RequestKind.SUGGESTION, re.compile(r"建议|希望能增设|希望增加|能否增设|提个意见")),
    (
        RequestKind.QUESTION,
        re.compile(r"请问|咨询|想问|问一下|是否可以|怎么办理|如何办理|什么时候|需要什么|有没有政策|[吗呢么][?？]"),
    ),
)  # fmt: skip


def kind_in(words: str) -> RequestKind:
    """Return the kind that the words name themselves: a proposal, which the writer and the dispatcher may change."""
    return next((kind for kind, said in _SAID_AS if said.search(words)), RequestKind.HELP)
