"""The way of a look-up: check, note the intent, ask the department with no transaction open, log, then show.

What cannot be logged is not shown; what the department may not send is not kept.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from shimin.capabilities.enquiries.domain.fields import RecordRow, WrongAnswer, accept_records
from shimin.capabilities.enquiries.domain.offer import Offer, Question, Record, ask_about
from shimin.capabilities.enquiries.domain.outcomes import (
    AnswerRejected,
    ConsentRequired,
    ItemClosed,
    Outcome,
    OutsideMandate,
)
from shimin.capabilities.enquiries.operations import access_log, rush_cache
from shimin.capabilities.enquiries.operations.failures import explain
from shimin.capabilities.enquiries.operations.opened import Opened
from shimin.capabilities.enquiries.ports import ActingFor, RecordAnswer, RecordQuery, VerifiedSubject, record_source
from shimin.capabilities.enquiries.queries.offers import get_offer
from shimin.capabilities.identity.public import get_subject, list_consents
from shimin.kernel import audit, clock
from shimin.kernel.actor import Actor, ActorKind, Hat
from shimin.kernel.calls.client import SourceError
from shimin.kernel.db import scope
from shimin.kernel.errors import DomainError, LevelRequired, SignInRequired, TooManyRequests
from shimin.kernel.ids import new_id
from shimin.kernel.rate import LocalBucket

# Per process: the source is guarded by the client's bulkhead, these only stop one caller from using it all.
_per_person = LocalBucket(limit=30, per_seconds=60)
_per_address = LocalBucket(limit=60, per_seconds=60)
# A refusal costs rows: beyond some a minute they tell the person nothing new.
_refusals = LocalBucket(limit=10, per_seconds=60)

# An answer is fresh when the source issued it about now; its signature is bound to this request all the same.
_FRESH = timedelta(minutes=5)

log = structlog.get_logger("shimin.enquiries")


def look_up(
    *,
    actor: Actor,
    region_code: str,
    slug: str,
    params: Mapping[str, object],
    now: datetime,
    view_code: str = "",
    address: str = "",
) -> Record:
    """Ask the source for the actor's record (or a public one) and return it.

    Not inside a transaction. ``address`` is the caller's network address, for the rate limit of public records. Every
    end is in the person's access log, refusals too; a public record leaves no line, it concerns nobody.

    Raises:
        NotFound: no such item, or nothing to look up there.
        WrongParam, UnknownView: the question itself.
        SignInRequired, LevelRequired, ConsentRequired, OutsideMandate, TooManyRequests, ItemClosed: not asked.
        SourceUnavailable, SourceBusy, SourceRefused, AnswerRejected: the department did not answer as it should.
    """
    offer = get_offer(region_code, slug, now)
    question = ask_about(offer, view_code, params, clock.local_date(now))
    if offer.is_public:
        return _look_up_public(question, address or str(actor.account_id), now)
    opened = _open_or_refuse(actor, question, now)
    if isinstance(opened, Record):
        return opened
    return _ask(actor, opened, now)


def _look_up_public(question: Question, caller: str, now: datetime) -> Record:
    _require_open(question.offer)
    _per_address.take(caller)
    query = _query(question, new_id(), None, None, None)
    try:
        answer = record_source().fetch(question.offer.system, query)
        extract = _accept(question, answer, now)
    except (SourceError, WrongAnswer) as failure:
        raise _explained(question.offer, failure) from failure
    return Record(question, extract, answer.issued_at, None, False)


def _open_or_refuse(actor: Actor, question: Question, now: datetime) -> Opened | Record:
    """Check and note the intent; a refusal is logged in a transaction of its own."""
    if actor.kind is not ActorKind.CITIZEN:
        raise SignInRequired
    try:
        _require_open(question.offer)
        if actor.hat is not None and (actor.person_id is None or not actor.hat.allows(question.offer.slug)):
            raise OutsideMandate
        if actor.level < question.offer.level or actor.person_id is None:
            raise LevelRequired(question.offer.level)
        _per_person.take(str(actor.person_id))
        with scope(actor):
            return _open(actor, question, now)
    except DomainError as refusal:
        if _may_note(actor):
            _note_refusal(actor, question, refusal, now)
        raise


def _open(actor: Actor, question: Question, now: datetime) -> Opened | Record:
    consent_id = _require_consent(actor, question.offer)
    if question.offer.lookup.rush:
        kept = rush_cache.tell_again(actor=actor, question=question, now=now)
        if kept is not None:
            return Record(question, kept.extract, kept.as_of, kept.line_id, True)
    person = get_subject(actor)
    line_id = access_log.open_line(actor=actor, question=question, now=now)
    subject = VerifiedSubject(person.name, person.id_number, person.document)
    return Opened(question, line_id, _query(question, line_id, subject, consent_id, actor.hat))


def _ask(actor: Actor, opened: Opened, now: datetime) -> Record:
    """Ask with no transaction open, then close the line; what the source did wrong closes it too."""
    question, offer = opened.question, opened.question.offer
    started = time.monotonic()
    try:
        answer = record_source().fetch(offer.system, opened.query)
        extract = _accept(question, answer, now)
    except (SourceError, WrongAnswer) as failure:
        error = _explained(offer, failure)
        outcome = Outcome.REJECTED if isinstance(error, AnswerRejected) else Outcome.UNAVAILABLE
        with scope(actor):
            access_log.close_line(
                actor=actor, offer=offer, line_id=opened.line_id, outcome=outcome, reason=error.code,
                now=_after(now, started),
            )  # fmt: skip
        raise error from failure
    ended = _after(now, started)
    with scope(actor):
        access_log.close_line(
            actor=actor, offer=offer, line_id=opened.line_id, record_count=len(extract), now=ended,
            outcome=Outcome.FOUND if extract else Outcome.EMPTY,
        )  # fmt: skip
        if offer.lookup.rush:
            rush_cache.keep(
                actor=actor,
                question=question,
                rush=offer.lookup.rush,
                extract=extract,
                as_of=answer.issued_at,
                now=ended,
            )
    return Record(question, extract, answer.issued_at, opened.line_id, False)


def _query(
    question: Question, request_id: int, subject: VerifiedSubject | None, consent_id: int | None, hat: Hat | None
) -> RecordQuery:
    lookup = question.offer.lookup
    return RecordQuery(
        record=question.view.record,
        request_id=str(request_id),
        purpose=lookup.purpose,
        legal_basis=lookup.basis.law,
        consent_id=None if consent_id is None else str(consent_id),
        subject=subject,
        params=question.sent_params,
        fields=list(question.view.fields),
        on_behalf_of=None if hat is None else ActingFor(str(hat.mandate_id), hat.relation),
    )


def _accept(question: Question, answer: RecordAnswer, now: datetime) -> tuple[RecordRow, ...]:
    if abs(answer.issued_at - now) > _FRESH:
        raise WrongAnswer("the answer was not issued now")
    if not answer.found and answer.records:
        raise WrongAnswer("nothing was found, yet there are records")
    return accept_records(question.view.fields, answer.records)


def _explained(offer: Offer, failure: SourceError | WrongAnswer) -> DomainError:
    error = explain(failure)
    log.warning("source.failed", system=offer.system.name, item=offer.slug, code=error.code, why=str(failure)[:200])
    return error


def _require_open(offer: Offer) -> None:
    if offer.closed_words:
        raise ItemClosed(offer.closed_words)


def _require_consent(actor: Actor, offer: Offer) -> int | None:
    """Return the consent that stands for this purpose, in the words of this version; None when none is needed."""
    basis = offer.lookup.basis
    if basis.consent_code is None:
        return None
    for consent in list_consents(actor):
        standing = consent.purpose_code == basis.consent_code and consent.withdrawn_at is None
        if standing and consent.text == basis.consent_text:
            return consent.consent_id
    raise ConsentRequired


def _may_note(actor: Actor) -> bool:
    try:
        _refusals.take(str(actor.account_id))
    except TooManyRequests:
        log.warning("refusals.too_many", account=actor.account_id)
        return False
    return True


def _note_refusal(actor: Actor, question: Question, refusal: DomainError, now: datetime) -> None:
    """Log a refusal where the person can see it; for an account without a person only the audit has a place."""
    if actor.person_id is None:
        audit.record_refusal(
            actor=actor, action=access_log.ACTION, target="item", target_id=question.offer.item_id,
            reason=refusal.code, now=now, city_code=question.offer.region_code,
        )  # fmt: skip
        return
    with scope(actor):
        access_log.refuse_line(actor=actor, question=question, reason=refusal.code, now=now)


def _after(now: datetime, started: float) -> datetime:
    return now + timedelta(seconds=time.monotonic() - started)
