"""Giving and withdrawing consent: one purpose at a time, the withdrawal as easy as the giving (PIPL 15)."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction

from shimin.capabilities.identity.domain import purpose_of
from shimin.capabilities.identity.events import ConsentGiven, ConsentWithdrawn
from shimin.capabilities.identity.models import Consent
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound, SignInRequired
from shimin.kernel.ids import new_id


class ConsentMissing(NotFound):
    """There is no standing consent for this purpose: it was never given, or is withdrawn already."""

    code = "identity.consent_missing"
    message = "这项授权不存在，或已经撤回。"
    mend = "请在“我的授权”里查看现在有效的授权。"


def give_consent(actor: Actor, purpose_code: str, text: str, now: datetime) -> int:
    """Record that the actor agreed to one purpose and return the consent's id.

    ``text`` is what the person was shown, whole; it is kept as evidence. Idempotent: a standing consent with the same
    text stays as it is; with another text it is withdrawn and given anew.

    Raises:
        SignInRequired: nobody is signed in.
    """
    account_id, purpose_code = _citizen(actor), purpose_of(actor, purpose_code)
    version = text_version(text)
    try:
        with scope(actor), transaction.atomic():
            standing = _lock_standing(account_id, purpose_code)
            if standing is not None and standing.text_version == version:
                return standing.id
            if standing is not None:
                _withdraw(actor, standing, now)
            return _give(actor, account_id, purpose_code, text, now)
    except IntegrityError:
        # The same click came twice: the other one has written the row.
        with scope(actor):
            return Consent.objects.get(account_id=account_id, purpose_code=purpose_code, withdrawn_at=None).id


def withdraw_consent(actor: Actor, purpose_code: str, now: datetime) -> None:
    """Take a consent back; what was done before stays lawful, nothing new may rest on it.

    Raises:
        ConsentMissing: none stands for this purpose.
        SignInRequired: nobody is signed in.
    """
    account_id, purpose_code = _citizen(actor), purpose_of(actor, purpose_code)
    with scope(actor):
        standing = _lock_standing(account_id, purpose_code) if purpose_code.isprintable() else None
        if standing is None:
            raise ConsentMissing
        _withdraw(actor, standing, now)


def text_version(text: str) -> str:
    """Return a short name of a consent's wording, the same for the same words."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _lock_standing(account_id: int, purpose_code: str) -> Consent | None:
    rows = Consent.objects.select_for_update().filter(account_id=account_id, purpose_code=purpose_code)
    return rows.filter(withdrawn_at=None).first()


def _give(actor: Actor, account_id: int, purpose_code: str, text: str, now: datetime) -> int:
    consent = Consent(
        id=new_id(), account_id=account_id, purpose_code=purpose_code, text=text, text_version=text_version(text),
        given_at=now,
    )  # fmt: skip
    consent.save(force_insert=True)
    _note(actor, "identity.give_consent", consent, now)
    event = ConsentGiven(account_id=account_id, consent_id=consent.id, purpose_code=purpose_code)
    events.emit(event, aggregate="identity.consent", aggregate_id=consent.id, version=1, now=now)
    return consent.id


def _withdraw(actor: Actor, consent: Consent, now: datetime) -> None:
    Consent.objects.filter(id=consent.id).update(withdrawn_at=now)
    _note(actor, "identity.withdraw_consent", consent, now)
    event = ConsentWithdrawn(
        account_id=consent.account_id, consent_id=consent.id, purpose_code=consent.purpose_code
    )  # fmt: skip
    events.emit(event, aggregate="identity.consent", aggregate_id=consent.id, version=2, now=now)


def _note(actor: Actor, action: str, consent: Consent, now: datetime) -> None:
    audit.record(
        actor=actor, action=action, target="consent", target_id=consent.id, now=now,
        details={"purpose": consent.purpose_code, "text_version": consent.text_version},
    )  # fmt: skip


def _citizen(actor: Actor) -> int:
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    return actor.account_id
