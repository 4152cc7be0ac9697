"""Who an account belongs to, for the capability that signs people in at other systems (nobody is the actor there)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import AccountKind, AccountStatus, level_now
from shimin.capabilities.identity.models import Account, Consent, Session
from shimin.kernel.actor import AssuranceLevel
from shimin.kernel.crypto import decrypt

_SIGNED_IN = """
    SELECT 1 FROM identity_session s JOIN identity_account a ON a.id = s.account_id
    WHERE s.id = %s AND a.id = %s AND s.ended_at IS NULL AND s.expires_at > %s
      AND a.account_kind = 'citizen' AND a.status = 'active'
      AND EXISTS (
          SELECT 1 FROM identity_consent c
          WHERE c.account_id = a.id AND c.purpose_code = %s AND c.withdrawn_at IS NULL
      )
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """The person of an active citizen's account: unmasked, never shown whole, never logged.

    ``name``, ``id_number`` (of the paper ``document``) and ``birth_date`` are empty while no name is proved, or the
    proof has run out.
    """

    account_id: int
    phone: str
    level: AssuranceLevel
    name: str = ""
    id_number: str = ""
    birth_date: date | None = None
    document: str = ""


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """How somebody signed in: ``verified_at`` is when they last proved to be themselves, ``is_held`` whether the risk
    rules want a second proof of them."""

    session_id: int
    account_id: int
    method: str
    verified_at: datetime
    is_open: bool
    is_held: bool = False


def find_holder(account_id: int, now: datetime) -> Holder | None:
    """Return the holder of an active citizen's account, or None. Call it inside an auth scope; one statement."""
    account = (
        Account.objects.select_related("person")
        .defer("password")
        .filter(id=account_id, account_kind=AccountKind.CITIZEN, status=AccountStatus.ACTIVE)
        .first()
    )
    if account is None:
        return None
    phone = handles.open_phone(account.phone)
    level = level_now(account.level, account.level_until, now)
    if account.person is None or level < AssuranceLevel.REAL_NAME:
        return Holder(account.id, phone, level)
    paper = handles.open_paper(account.person.id_number, account.person.birth_date)
    name = decrypt(bytes(account.person.name), context=handles.PERSON_NAME)
    return Holder(account.id, phone, level, name, paper.number, paper.birth_date, paper.kind)


def find_session(session_id: int, now: datetime) -> SessionFacts | None:
    """Return how a session began, or None. Call it inside an auth scope; one statement."""
    row = Session.objects.filter(id=session_id).first()
    if row is None:
        return None
    is_open = row.ended_at is None and row.expires_at > now
    return SessionFacts(row.id, row.account_id, row.method, row.verified_at, is_open, row.is_held)


def stands_consent(account_id: int, purpose_code: str) -> bool:
    """Tell whether an account's own consent for a purpose stands. Call it inside an auth scope; one statement."""
    return Consent.objects.filter(account_id=account_id, purpose_code=purpose_code, withdrawn_at=None).exists()


def is_signed_in(*, account_id: int, session_id: int, purpose_code: str, now: datetime) -> bool:
    """Tell whether a citizen's session is open, its account active and one of its consents standing.

    Call it inside an auth scope; one statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SIGNED_IN, [session_id, account_id, now, purpose_code])
        return cursor.fetchone() is not None
