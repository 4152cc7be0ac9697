"""How a look-up can end, in words a person understands, and the errors that tell so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shimin.kernel.errors import DomainError, Unavailable


class Outcome(StrEnum):
    """The end of one look-up. PENDING is no end: the answer is awaited, or the process died."""

    PENDING = "pending"
    FOUND = "found"
    EMPTY = "empty"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    """How "谁看过我的数据" tells an outcome: a short state with its light, and what it means."""

    state: str
    light: str
    meaning: str


OUTCOME_WORDS: Mapping[Outcome, OutcomeWords] = {
    Outcome.PENDING: OutcomeWords("查询中", "amber", "正在等部门回复。"),
    Outcome.FOUND: OutcomeWords("已提供", "green", "部门提供了列出的内容。"),
    Outcome.EMPTY: OutcomeWords("没有记录", "green", "部门查了，没有您的记录。"),
    Outcome.REFUSED: OutcomeWords("已拒绝", "amber", "没有查询，您的数据没有被读取。"),
    Outcome.UNAVAILABLE: OutcomeWords("未查到", "amber", "部门的系统没有答复，没有读到您的数据。"),
    Outcome.REJECTED: OutcomeWords("已作废", "red", "部门的答复没有通过核对，已丢弃，没有显示给任何人。"),
    Outcome.UNKNOWN: OutcomeWords("结果不明", "red", "查询中途中断，部门可能已经读取了您的记录。"),
}


class SourceUnavailable(Unavailable):
    """The department's system is down, slow or busy."""

    code = "source_unavailable"
    message = "部门的系统暂时没有回应，没有查到结果。"
    mend = "您可以过一会儿再查，或者让我们在恢复后通知您。"


class SourceBusy(SourceUnavailable):
    """Too many ask at once: the platform's own bound, or the department's throttle."""

    code = "source_busy"
    message = "现在查的人太多，部门的系统忙不过来。"
    mend = "请过一会儿再查，或者让我们在空下来后通知您。"


class AnswerRejected(DomainError):
    """An answer came, but it is not what the department may send or not surely from it. Nothing of it is shown."""

    code = "answer_rejected"
    status = 502
    message = "部门的答复没有通过核对，为了安全没有显示。"
    mend = "这不是您的问题，我们已经记录下来。请稍后再试，或拨打 12345。"


class SourceRefused(DomainError):
    """The department will not answer this question."""

    code = "source_refused"
    status = 502
    message = "部门没有答应这次查询。"
    mend = "请拨打该部门的咨询电话，或拨打 12345。"


class ConsentRequired(DomainError):
    """The law wants the person's consent for this purpose, and it was not given (or was withdrawn)."""

    code = "consent_required"
    status = 403
    message = "查询前需要您的同意。"
    mend = "请先看清楚查什么、给谁看，再决定是否同意。"


class PrefetchRefused(DomainError):
    """A browser wanted to load the page before the person asked for it; a look-up is never made in advance."""

    code = "prefetch_refused"
    status = 403
    message = "查询只在您点开时进行。"
    mend = "请点一下按钮再查。"


class OutsideMandate(DomainError):
    """Who acts for somebody may not do so for this item, or not any longer."""

    code = "outside_mandate"
    status = 403
    message = "这一项不在您的代办范围里。"
    mend = "请切回自己查自己的；要代查，请对方在“代办”里把这一项加进去。"


class ItemClosed(DomainError):
    """The item is paused, out of season or closed; its folder says why."""

    code = "item_closed"
    status = 409
    message = "这项服务现在没有开放。"
    mend = "请看办事指南里的说明，或拨打 12345。"
