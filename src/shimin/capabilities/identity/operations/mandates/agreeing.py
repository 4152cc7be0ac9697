"""Mandates that two people agree on: one side offers and hands over a code, the other side accepts with it.

Neither side learns whether a phone has an account, and nobody is made anybody's agent without having said yes.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain.mandates import (
    AGREED_RELATIONS,
    APPOINTS,
    OFFER_LIFETIME,
    CompanyRole,
    Relation,
    is_standing,
)
from shimin.capabilities.identity.models import Account, Mandate, MandateOffer
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.mandates.granting import (
    Terms,
    check_terms,
    give_mandate,
    lock_agent,
    require_own_person,
)
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Forbidden, InvalidInput
from shimin.kernel.ids import new_id
from shimin.kernel.values.masking import mask_name

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class OfferRejected(InvalidInput):
    """Wrong, used, expired, or one's own; which of them is not told."""

    code = "identity.offer_rejected"
    message = "代办码不对，或已经用过、过期了。"
    mend = "请对方重新发一个；代办码7天内有效，只能用一次，不能自己用。"

    def __init__(self) -> None:
        super().__init__(fields={"code": self.message})


class MayNotAppoint(Forbidden):
    """Only the legal person and managers appoint others, and never above themselves."""

    code = "identity.may_not_appoint"
    message = "您不能为这家单位指定这样的人。"
    mend = "请让法定代表人或管理员来授权。"


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What one side offers. ``is_asking``: asks to act for the accepter, instead of letting them act."""

    relation: str
    scope: list[str]
    ends_at: datetime
    is_asking: bool = False
    mandate_id: int | None = None  # of the company that is acted for
    role: str = ""


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer, as the other side sees it before saying yes. Names are masked."""

    offer_id: int
    by: str
    company: str
    relation: str
    role: str
    is_asking: bool
    scope: tuple[str, ...]
    ends_at: datetime


def offer_mandate(*, actor: Actor, terms: OfferTerms, now: datetime) -> str:
    """Offer a mandate and return the code to hand over; it is shown once.

    Raises:
        MayNotAppoint, ScopeInvalid, EndDateInvalid, InvalidInput: mend the terms.
        LevelRequired, OwnHatRequired: only for oneself, with a proven name.
    """
    account_id, _ = require_own_person(actor)
    with refusals_recorded(actor, "identity.offer_mandate", now):
        scope = check_terms(terms.scope, terms.ends_at, now)
        code = "".join(secrets.choice(_ALPHABET) for _ in range(12))
        with auth_scope(actor):
            organisation_id = _company_of(account_id, terms, now)
            offer = MandateOffer(
                id=new_id(), account_id=account_id, hash=handles.offer_hash(code), is_asking=terms.is_asking,
                organisation_id=organisation_id, relation=terms.relation, role=terms.role, scope=scope,
                ends_at=terms.ends_at, offered_at=now, expires_at=now + OFFER_LIFETIME,
            )  # fmt: skip
            offer.save(force_insert=True)
            audit.record(
                actor=actor, action="identity.offer_mandate", target="mandate_offer", target_id=offer.id, now=now
            )
    return "-".join(code[at : at + 4] for at in (0, 4, 8))


def find_offer(*, actor: Actor, code: str, now: datetime) -> OfferView:
    """Return what a code offers, for the page that asks for a yes.

    Raises:
        OfferRejected: see the class.
        RealNameThrottled: too many tries.
    """
    account_id, _ = require_own_person(actor)
    limits.count_offer_try(account_id, now)
    with auth_scope(actor):
        offer = _open_offer(account_id, code, now, lock=False)
        by = Account.objects.select_related("person").get(id=offer.account_id)
    name = decrypt(bytes(by.person.name), context=handles.PERSON_NAME) if by.person else ""
    return OfferView(
        offer_id=offer.id, by=mask_name(name), company=offer.organisation.name if offer.organisation else "",
        relation=offer.relation, role=offer.role, is_asking=offer.is_asking, scope=tuple(offer.scope),
        ends_at=offer.ends_at,
    )  # fmt: skip


def accept_offer(*, actor: Actor, code: str, now: datetime) -> int:
    """Say yes to an offer and return the mandate's id. Of two who try one code at once, one comes through.

    Raises:
        OfferRejected, MandateStands: see there.
        MayNotAppoint: who offered may no longer do so.
    """
    account_id, person_id = require_own_person(actor)
    limits.count_offer_try(account_id, now)
    with refusals_recorded(actor, "identity.accept_mandate", now), auth_scope(actor):
        offer = _open_offer(account_id, code, now, lock=True)
        offerer = Account.objects.get(id=offer.account_id)
        agent_id = offer.account_id if offer.is_asking else account_id
        lock_agent(agent_id)
        terms = Terms(offer.relation, list(offer.scope), offer.ends_at, "acceptance", role=offer.role)
        _require_still(offer, now)
        MandateOffer.objects.filter(id=offer.id).update(used_at=now)
        if offer.organisation_id is not None:
            return give_mandate(
                actor=actor, agent_id=agent_id, organisation_id=offer.organisation_id,
                principal_account_id=offer.account_id, terms=terms, now=now,
            )  # fmt: skip
        principal = (account_id, person_id) if offer.is_asking else (offerer.id, offerer.person_id)
        return give_mandate(
            actor=actor, agent_id=agent_id, person_id=principal[1], principal_account_id=principal[0], terms=terms,
            now=now,
        )  # fmt: skip


def may_appoint(account_id: int, organisation_id: int, role: str, now: datetime) -> bool:
    """Tell whether an account may make somebody this in a company; in the caller's auth scope."""
    held = Mandate.objects.filter(account_id=account_id, organisation_id=organisation_id, relation=Relation.COMPANY)
    return any(
        is_standing(each.state, each.starts_at, each.ends_at, now) and role in APPOINTS.get(CompanyRole(each.role), ())
        for each in held
    )


def _company_of(account_id: int, terms: OfferTerms, now: datetime) -> int | None:
    if terms.mandate_id is None:
        if terms.relation not in AGREED_RELATIONS or terms.role:
            raise InvalidInput("请选关系。", fields={"relation": "请选一种关系。"})
        return None
    held = Mandate.objects.filter(id=terms.mandate_id, account_id=account_id, relation=Relation.COMPANY).first()
    company = held.organisation_id if held is not None else None
    if company is None or terms.is_asking or not may_appoint(account_id, company, terms.role, now):
        raise MayNotAppoint
    return company


def _require_still(offer: MandateOffer, now: datetime) -> None:
    if offer.organisation_id is not None and not may_appoint(offer.account_id, offer.organisation_id, offer.role, now):
        raise MayNotAppoint
    if offer.ends_at <= now:
        raise OfferRejected


def _open_offer(account_id: int, code: str, now: datetime, *, lock: bool) -> MandateOffer:
    text = "".join(unicodedata.normalize("NFKC", code[:100]).split()).replace("-", "").lower()
    rows = MandateOffer.objects.select_related("organisation").filter(
        hash=handles.offer_hash(text), used_at=None, expires_at__gt=now
    )
    offer = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if offer is None or offer.account_id == account_id:
        raise OfferRejected
    return offer
