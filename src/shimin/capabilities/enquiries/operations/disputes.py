"""Disputes of a reading: filed by the person, answered by an officer of the agency."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import IntegrityError, transaction

from shimin.capabilities.enquiries.domain.disputes import (
    ANSWER_DAYS,
    LONGEST_WORDS,
    REASON_WORDS,
    DisputeReason,
    DisputeState,
)
from shimin.capabilities.enquiries.domain.outcomes import Outcome
from shimin.capabilities.enquiries.events import DisputeAnswered, DisputeFiled
from shimin.capabilities.enquiries.models import Dispute, Enquiry
from shimin.capabilities.enquiries.queries.desk import in_grants
from shimin.capabilities.notices.public import send_notice
from shimin.kernel import audit, events
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.clock import CHINA
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, InvalidInput, NotFound, SignInRequired
from shimin.kernel.ids import new_id


class NotDisputable(Conflict):
    """The reading has not ended yet."""

    code = "not_disputable"
    message = "这次查询还没有结束。"
    mend = "请过两分钟再提异议。"


class AlreadyAnswered(Conflict):
    """Another officer was quicker."""

    code = "already_answered"
    message = "这条异议已经答复过了。"
    mend = "请刷新页面，看看答复。"


def file_dispute(*, actor: Actor, enquiry_id: int, reason: str, words: str, now: datetime) -> int:
    """Dispute a reading of the actor's own access log and return the dispute's id.

    Idempotent per reading: a repeated call returns the first dispute and changes nothing.

    Raises:
        InvalidInput: no reason was chosen, or the words are missing or too long.
        NotFound: the actor has no such reading.
        NotDisputable: the reading has not ended.
    """
    if actor.person_id is None or actor.account_id is None:
        raise SignInRequired
    chosen, words = _read_words(reason, words)
    with scope(actor):
        line = Enquiry.objects.filter(id=enquiry_id, person_id=actor.person_id).first()
        if line is None:
            raise NotFound
        if line.outcome == Outcome.PENDING:
            raise NotDisputable
        dispute = Dispute(
            id=new_id(), person_id=actor.person_id, account_id=actor.account_id, city_code=line.city_code,
            agency_id=line.agency_id, enquiry=line, reason=chosen, words=words, filed_at=now, due_at=_due_at(now),
        )  # fmt: skip
        try:
            with transaction.atomic():
                dispute.save(force_insert=True)
        except IntegrityError:
            return Dispute.objects.values_list("id", flat=True).get(person_id=actor.person_id, enquiry_id=line.id)
        audit.record(
            actor=actor, action="enquiries.file_dispute", target="dispute", target_id=dispute.id, now=now,
            city_code=line.city_code, details={"enquiry": line.id, "reason": chosen},
        )  # fmt: skip
        event = DisputeFiled(
            dispute_id=dispute.id, enquiry_id=line.id, agency_id=line.agency_id, city_code=line.city_code
        )
        events.emit(event, aggregate="enquiries.dispute", aggregate_id=dispute.id, version=1, now=now)
    return dispute.id


def answer_dispute(*, actor: Actor, dispute_id: int, answer: str, now: datetime) -> None:
    """Answer an open dispute in the officer's grants; the person is told by a notice.

    Raises:
        InvalidInput: the answer is empty or too long.
        NotFound: no such dispute in the officer's grants.
        AlreadyAnswered: it has an answer.
    """
    answer = answer.strip()
    if not 1 <= len(answer) <= LONGEST_WORDS:
        raise InvalidInput(fields={"answer": f"请写明处理情况和理由（{LONGEST_WORDS} 字以内）。"})
    with scope(actor):
        dispute = Dispute.objects.select_for_update().filter(in_grants(actor), id=dispute_id).first()
        if dispute is None:
            raise NotFound
        if dispute.state == DisputeState.ANSWERED:
            raise AlreadyAnswered
        dispute.state, dispute.answer, dispute.answered_at = DisputeState.ANSWERED, answer, now
        dispute.answered_by_id, dispute.version = actor.account_id, dispute.version + 1
        dispute.save(update_fields=["state", "answer", "answered_at", "answered_by_id", "version"])
        audit.record(
            actor=actor, action="enquiries.answer_dispute", target="dispute", target_id=dispute.id, now=now,
            city_code=dispute.city_code,
        )  # fmt: skip
        event = DisputeAnswered(dispute_id=dispute.id, enquiry_id=dispute.enquiry_id, account_id=dispute.account_id)
        events.emit(event, aggregate="enquiries.dispute", aggregate_id=dispute.id, version=dispute.version, now=now)


def _read_words(reason: str, words: str) -> tuple[DisputeReason, str]:
    faults: dict[str, str] = {}
    if reason not in REASON_WORDS:
        faults["reason"] = "请选一个原因。"
    words = words.strip()
    if len(words) > LONGEST_WORDS:
        faults["words"] = f"请写得短一些（{LONGEST_WORDS} 字以内，现在是 {len(words)} 字）。"
    elif reason == DisputeReason.OTHER and not words:
        faults["words"] = "请写明是什么情况。"
    if faults:
        raise InvalidInput(fields=faults)
    return DisputeReason(reason), words


def _due_at(now: datetime) -> datetime:
    """Return 24:00 of the last day; the day of filing does not count."""
    last = now.astimezone(CHINA).date() + timedelta(days=ANSWER_DAYS + 1)
    return datetime.combine(last, time(), CHINA)


def tell_dispute_answered(*, dispute_id: int, now: datetime) -> None:
    """Tell the person that their dispute was answered; for the worker."""
    with scope(SYSTEM):
        dispute = Dispute.objects.select_related("enquiry").get(id=dispute_id)
        values = {"item": dispute.enquiry.item_name, "enquiry_id": str(dispute.enquiry_id)}
        send_notice(account_id=dispute.account_id, template="enquiries.dispute_answered", values=values, now=now)
