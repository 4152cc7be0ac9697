"""Reads of identity: the actor behind a token, the person behind an account, and what they see about themselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connection
from django.db.models import OuterRef, Q, Subquery

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import AccountKind, AccountStatus, level_now, purpose_of
from shimin.capabilities.identity.domain.mandates import words_of
from shimin.capabilities.identity.models import Account, Consent, KnownDevice, LevelProof, Person, Session, StaffGrant
from shimin.capabilities.identity.tokens import token_hash
from shimin.kernel.actor import SYSTEM, Actor, ActorKind, AssuranceLevel, Grant, Hat
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import auth_scope, scope
from shimin.kernel.errors import LevelRequired, OwnHatRequired, SignInRequired
from shimin.kernel.ids import PersonId
from shimin.kernel.values.masking import mask_name, mask_paper_number, mask_phone
from shimin.kernel.values.papers import Paper, PaperKind

_OPEN = """
    SELECT session_id, account_id, person_id, account_kind, level, grants, hat, hat_name, hat_by
    FROM identity_session_actor(%s, %s)
"""
# By hand: every look-up asks it, and building it with the ORM was a quarter of a look-up's CPU time.
_SUBJECT = """
    SELECT p.id, p.name, p.id_number, p.birth_date, a.phone
    FROM identity_account a JOIN identity_person p ON p.id = %s WHERE a.id = %s
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """The verified person on whose behalf a source is asked. Never shown unmasked, never logged.

    ``id_number`` is the number of the paper that ``document`` names.
    """

    person_id: PersonId
    name: str
    id_number: str
    birth_date: date
    phone: str
    document: PaperKind = PaperKind.ID_CARD


@dataclass(frozen=True, slots=True)
class AccountView:
    """What a person sees about their own account. Texts are masked, ``method`` is a code.

    ``level`` is what the account has proved and still counts; the session may stand lower (step-up ran out).
    """

    account_id: int
    phone: str
    name: str
    id_number: str
    level: AssuranceLevel
    session_level: AssuranceLevel
    method: str
    verified_at: datetime | None
    level_until: datetime | None
    created_at: datetime
    document: PaperKind = PaperKind.ID_CARD
    is_citizen: bool = True  # whoever is not may add further papers


@dataclass(frozen=True, slots=True)
class SessionView:
    """One line of "my sessions"; ``is_held``: the risk rules want a second proof of it."""

    session_id: int
    device_label: str
    network: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool
    name: str = ""
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One line of "my consents"; ``withdrawn_at`` None: it stands."""

    consent_id: int
    purpose_code: str
    text: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class StaffView:
    """A member of staff and what they may do now."""

    account_id: int
    staff_name: str
    status: str
    grants: tuple[Grant, ...]


def find_session_actor(*, token: str, channel: str, now: datetime) -> Actor | None:
    """Return the actor of an open session, or None. One statement, outside any scope; marks the session as seen."""
    hashed = token_hash(token)
    if hashed is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [hashed, now])
        row = cursor.fetchone()
    if row is None:
        return None
    session_id, account_id, person_id, account_kind, level, grants, hat, hat_name, hat_by = row
    return Actor(
        kind=ActorKind(account_kind),
        account_id=account_id,
        person_id=person_id if hat is None else None,
        session_id=session_id,
        level=AssuranceLevel(level),
        grants=tuple(Grant(*grant) for grant in orjson.loads(grants or "[]")),
        channel=channel,
        hat=None if hat is None else _hat(orjson.loads(hat), hat_name, hat_by),
    )


def get_subject(actor: Actor) -> Subject:
    """Return the actor's verified person, or the one they act for; the phone is the actor's. One statement.

    Raises:
        SignInRequired: nobody is signed in.
        OwnHatRequired: the actor acts for somebody, where nobody has asked whether they may.
        LevelRequired: the session has not the level of a proven name (now).
    """
    account_id = _citizen(actor)
    if actor.hat is not None and actor.person_id is None:
        raise OwnHatRequired
    if actor.level < AssuranceLevel.REAL_NAME or actor.person_id is None:
        raise LevelRequired(AssuranceLevel.REAL_NAME)
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(_SUBJECT, [actor.person_id, account_id])
        row = cursor.fetchone()
    if row is None:
        raise LevelRequired(AssuranceLevel.REAL_NAME)
    person_id, name, sealed_number, birth_date, phone = row
    paper = handles.open_paper(sealed_number, birth_date)
    return Subject(
        person_id=PersonId(person_id),
        name=decrypt(name, context=handles.PERSON_NAME),
        id_number=paper.number,
        birth_date=paper.birth_date,
        phone=handles.open_phone(phone),
        document=paper.kind,
    )


def get_account_view(actor: Actor, now: datetime) -> AccountView:
    """Return what the actor may see about their account. Two statements.

    Raises:
        SignInRequired: nobody is signed in.
    """
    account_id = _citizen(actor)
    with scope(actor):
        account = Account.objects.select_related("person").defer("password").get(id=account_id)
        proofs = LevelProof.objects.filter(account_id=account_id, level__lte=account.level)  # one may be taken back
        proof = proofs.order_by("-level", "-verified_at").first()
    name, paper = _name_and_paper(account.person)
    return AccountView(
        account_id=account_id,
        phone=mask_phone(handles.open_phone(account.phone)),
        name=name,
        id_number=mask_paper_number(paper.number) if paper else "",
        level=level_now(account.level, account.level_until, now),
        session_level=actor.level,
        method=proof.method if proof else "",
        verified_at=proof.verified_at if proof else None,
        level_until=account.level_until,
        created_at=account.created_at,
        document=paper.kind if paper else PaperKind.ID_CARD,
        is_citizen=paper is None or paper.is_citizens,
    )


def list_sessions(actor: Actor, now: datetime) -> list[SessionView]:
    """Return the actor's open sessions, the latest used first.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None:
        raise SignInRequired
    with scope(actor):
        rows = list(
            Session.objects.filter(account_id=actor.account_id, ended_at=None, expires_at__gt=now)
            .annotate(name=Subquery(KnownDevice.objects.filter(id=OuterRef("device_id")).values("name")))
            .order_by("-last_seen_at")[:50]
        )  # fmt: skip
    return [
        SessionView(
            row.id, row.device_label, row.network, row.created_at, row.last_seen_at, row.id == actor.session_id,
            row.name or "", row.is_held,
        )
        for row in rows
    ]  # fmt: skip


def has_consent(actor: Actor, purpose_code: str) -> bool:
    """Tell whether the actor's consent for one purpose stands. One statement.

    Raises:
        SignInRequired: nobody is signed in.
    """
    account_id, code = _citizen(actor), purpose_of(actor, purpose_code)
    with scope(actor):
        return Consent.objects.filter(account_id=account_id, purpose_code=code, withdrawn_at=None).exists()


def list_consents(actor: Actor) -> list[ConsentView]:
    """Return the actor's consents (for themselves, or for whom they act): standing ones first, each newest first.

    Raises:
        SignInRequired: nobody is signed in.
    """
    account_id = _citizen(actor)
    mark = purpose_of(actor, "")
    given_as = Q(purpose_code__endswith=mark) if mark else ~Q(purpose_code__contains="#")
    with scope(actor):
        rows = list(Consent.objects.filter(given_as, account_id=account_id).order_by("-given_at")[:200])
    views = [
        ConsentView(row.id, row.purpose_code.partition("#")[0], row.text, row.given_at, row.withdrawn_at)
        for row in rows
    ]
    return sorted(views, key=lambda view: view.withdrawn_at is not None)


def list_staff(now: datetime) -> list[StaffView]:
    """Return all staff accounts with the grants that hold now, for the administrator's command."""
    with auth_scope(SYSTEM):
        grants = list(StaffGrant.objects.filter(starts_at__lte=now).exclude(ends_at__lte=now).order_by("role"))
        accounts = list(Account.objects.filter(account_kind=AccountKind.STAFF).order_by("id"))
    held = {account.id: tuple(_grant(row) for row in grants if row.account_id == account.id) for account in accounts}
    return [StaffView(account.id, account.staff_name, account.status, held[account.id]) for account in accounts]


def staff_names(account_ids: Collection[int]) -> dict[int, str]:
    """Return the login names (工号) of staff accounts, for a page of officers about what colleagues did.

    Not inside a scope: who may see the page has been asked before.
    """
    with auth_scope(SYSTEM):
        rows = Account.objects.filter(account_kind=AccountKind.STAFF, id__in=account_ids)
        return dict(rows.values_list("id", "staff_name"))


def _hat(told: dict[str, Any], sealed_name: bytes | None, sealed_by: bytes | None) -> Hat:
    name = told["organisation"] or _masked_name(sealed_name)
    return Hat(
        by=_masked_name(sealed_by),
        mandate_id=told["mandate_id"], relation=told["relation"], role=told["role"], person_id=told["person_id"],
        organisation_id=told["organisation_id"], scope=tuple(told["scope"]), is_ended=told["is_ended"],
        label=f"{name}（{words_of(told['relation'], told['role'])}）",
    )  # fmt: skip


def _masked_name(sealed: bytes | None) -> str:
    return "" if not sealed else mask_name(decrypt(sealed, context=handles.PERSON_NAME))


def grants_of(account_id: int, now: datetime) -> tuple[Grant, ...]:
    """Return the grants that an account holds now, in the worker's scope: before something is sent to its owner."""
    rows = StaffGrant.objects.filter(account_id=account_id, starts_at__lte=now).exclude(ends_at__lte=now)
    return tuple(_grant(row) for row in rows.filter(account__status=AccountStatus.ACTIVE))


def _grant(row: StaffGrant) -> Grant:
    return Grant(row.role, row.agency_id, row.region_code)


def _citizen(actor: Actor) -> int:
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    return actor.account_id


def _name_and_paper(person: Person | None) -> tuple[str, Paper | None]:
    if person is None:
        return "", None
    name = mask_name(decrypt(bytes(person.name), context=handles.PERSON_NAME))
    return name, handles.open_paper(person.id_number, person.birth_date)
