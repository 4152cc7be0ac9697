"""大家来找茬: take a finding from anybody; staff of the agency or region answer it."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.catalogue.models import Feedback, FeedbackStatus
from shimin.capabilities.catalogue.queries import get_item
from shimin.capabilities.catalogue.regions import get_region
from shimin.kernel import audit, rate
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from shimin.kernel.ids import new_id

FAULTS = {
    "wrong": "内容写错了", "unclear": "看不懂", "broken": "按钮或链接不能用", "missing": "缺了内容", "other": "其他",
}  # fmt: skip
LONGEST_TEXT = 1000
EDITOR = "catalogue.editor"


def add_feedback(
    *,
    actor: Actor,
    region_code: str,
    slug: str | None,
    fault: str,
    text: str,
    page: str = "",
    address: str = "",
    now: datetime,
) -> int:
    """File a finding about an item (or, without ``slug``, about ``page``) and return its id. Anybody may.

    ``address`` is where the request came from: at most 10 findings an hour each.

    Raises:
        InvalidInput: no known fault, or the text is empty or above 1,000 characters.
        NotFound: there is no such region or item.
        TooManyRequests: more than 10 an hour from this address.
    """
    _check_text(fault, text)
    rate.hit("catalogue.feedback", address or str(actor.account_id or ""), limit=10, window_seconds=3600, now=now)
    with scope(actor):
        region = get_region(region_code)
        item = get_item(region_code, slug, now=now) if slug else None
        feedback = Feedback(
            id=new_id(), city_code=region.code, page=page[:200], fault=fault, text=text.strip(), created_at=now,
            agency_id=item.card.agency_id if item else None, item_id=item.card.item_id if item else None,
            version_id=item.version_id if item else None,
        )  # fmt: skip
        feedback.save(force_insert=True)
        audit.record(
            actor=actor, action="catalogue.feedback_filed", target="feedback", target_id=feedback.id,
            city_code=region.code, now=now, details={"fault": fault},
        )  # fmt: skip
    return feedback.id


def answer_feedback(*, actor: Actor, feedback_id: int, status: str, answer: str, now: datetime) -> None:
    """Settle a finding as mended or declined, with a word of why.

    Raises:
        Forbidden: the actor is no editor.
        NotFound: it is not theirs to see, or does not exist.
        Conflict: somebody has answered it.
        InvalidInput: no such status, or no word of why it is declined.
    """
    if not actor.has_role(EDITOR):
        raise Forbidden
    if status not in (FeedbackStatus.MENDED, FeedbackStatus.DECLINED):
        raise InvalidInput(fields={"status": "请选择已改正或不改。"})
    if status == FeedbackStatus.DECLINED and not answer.strip():
        raise InvalidInput(fields={"answer": "不改的话，请说明原因。"})
    with scope(actor):
        feedback = Feedback.objects.select_for_update().filter(id=feedback_id).first()
        if feedback is None:
            raise NotFound
        if feedback.status != FeedbackStatus.NEW:
            raise Conflict("这一条已经有人处理了。")
        feedback.status, feedback.answer, feedback.answered_at = status, answer.strip()[:LONGEST_TEXT], now
        feedback.save(update_fields=["status", "answer", "answered_at"])
        audit.record(
            actor=actor, action="catalogue.feedback_answered", target="feedback", target_id=feedback_id,
            city_code=feedback.city_code, now=now, details={"status": status},
        )  # fmt: skip


def _check_text(fault: str, text: str) -> None:
    fields = {}
    if fault not in FAULTS:
        fields["fault"] = "请选择哪里不对。"
    if not text.strip():
        fields["text"] = "请写一句哪里不对。"
    elif len(text) > LONGEST_TEXT:
        fields["text"] = f"请写短一点，最多 {LONGEST_TEXT} 字；现在有 {len(text)} 字。"
    if "\x00" in text:
        fields["text"] = "内容里有不能保存的字符，请删掉后再提交。"
    if fields:
        raise InvalidInput(fields=fields)
