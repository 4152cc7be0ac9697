"""Reads about acting for others: whom I act for, who acts for me, who acts for my company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain.mandates import (
    APPOINTS,
    CompanyRole,
    MandateState,
    Relation,
    is_standing,
    words_of,
)
from shimin.capabilities.identity.models import Mandate
from shimin.kernel.actor import EVERYTHING, Actor, ActorKind
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import SignInRequired
from shimin.kernel.values.masking import mask_name

_MOST = 100


@dataclass(frozen=True, slots=True)
class MandateView:
    """One mandate as one side sees it. Names are masked. ``principal`` is who is acted for, ``agent`` who acts."""

    mandate_id: int
    principal: str
    agent: str
    relation: str
    role: str
    words: str
    scope: tuple[str, ...]
    basis: str
    starts_at: datetime
    ends_at: datetime
    withdrawn_at: datetime | None
    is_standing: bool
    is_worn: bool
    may_appoint: tuple[str, ...]

    @property
    def is_for_everything(self) -> bool:
        return EVERYTHING in self.scope


@dataclass(frozen=True, slots=True)
class Mandates:
    """All mandates an account has to do with: it acts, it is acted for, its company is."""

    mine: tuple[MandateView, ...]
    given: tuple[MandateView, ...]

    @property
    def hats(self) -> tuple[MandateView, ...]:
        return tuple(each for each in self.mine if each.is_standing)

    @property
    def given_now(self) -> tuple[MandateView, ...]:
        return tuple(each for each in self.given if each.is_standing)

    @property
    def past(self) -> tuple[MandateView, ...]:
        return tuple(each for each in (*self.mine, *self.given) if not each.is_standing)


def list_mandates(actor: Actor, now: datetime) -> Mandates:
    """Return the actor's mandates, newest first. Two statements.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    account_id = actor.account_id
    rows = Mandate.objects.select_related("person", "organisation", "account__person").order_by("-id")
    with auth_scope(actor):
        mine = list(rows.filter(account_id=account_id)[:_MOST])
        companies = [
            each.organisation_id
            for each in mine
            if each.role in APPOINTS and is_standing(each.state, each.starts_at, each.ends_at, now)
        ]
        theirs = Q(principal_account_id=account_id) | Q(
            organisation_id__in=companies, relation=Relation.COMPANY, state=MandateState.ACTIVE
        )
        given = list(rows.filter(theirs).exclude(account_id=account_id)[:_MOST])
    return Mandates(tuple(_view(each, actor, now) for each in mine), tuple(_view(each, actor, now) for each in given))


def _view(row: Mandate, actor: Actor, now: datetime) -> MandateView:
    person = row.person
    principal = row.organisation.name if row.organisation else (_name(bytes(person.name)) if person else "")
    agent = row.account.person
    standing = is_standing(row.state, row.starts_at, row.ends_at, now)
    is_mine = row.account_id == actor.account_id
    appoints = APPOINTS.get(CompanyRole(row.role), ()) if row.role and standing and is_mine else ()
    return MandateView(
        mandate_id=row.id, principal=principal, agent=_name(bytes(agent.name)) if agent else "",
        relation=row.relation, role=row.role, words=words_of(row.relation, row.role), scope=tuple(row.scope),
        basis=row.basis, starts_at=row.starts_at, ends_at=row.ends_at, withdrawn_at=row.withdrawn_at,
        is_standing=standing, is_worn=actor.hat is not None and actor.hat.mandate_id == row.id,
        may_appoint=tuple(str(each) for each in appoints),
    )  # fmt: skip


def _name(sealed: bytes) -> str:
    # An erased person has no name left.
    return mask_name(decrypt(sealed, context=handles.PERSON_NAME)) if sealed else "已注销的市民"
