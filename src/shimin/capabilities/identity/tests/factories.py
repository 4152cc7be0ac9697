"""Accounts, persons, sessions and registers for tests; other capabilities' tests use them too."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count

from shimin.capabilities.identity import handles, passwords
from shimin.capabilities.identity.domain import AccountKind, Client, SecondSource
from shimin.capabilities.identity.models import Account, LoginHandle, StaffGrant
from shimin.capabilities.identity.operations.opening import OpenedSession, open_session
from shimin.capabilities.identity.operations.real_name import lift_account
from shimin.capabilities.identity.operations.registration import insert_account
from shimin.capabilities.identity.ports import CompanyCheck, PaperCheck, PaperStatus, PersonCheck, PersonStatus
from shimin.capabilities.identity.queries import find_session_actor
from shimin.kernel.actor import ANONYMOUS, Actor, AssuranceLevel
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Unavailable
from shimin.kernel.ids import new_id
from shimin.kernel.values.id_numbers import check_digit
from shimin.kernel.values.papers import Paper, PaperKind, read_paper

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PASSWORD = "Xiangjiang-2026"
HASHED = passwords.hash_password(PASSWORD)
CLIENT = Client(address="127.0.0.1", device_label="Chrome · Windows")

_numbers = count(1)


def make_id_number(*, birth: str = "19900517", region: str = "430104") -> str:
    """Return a valid ID number; each call counts on."""
    first = f"{region}{birth}{next(_numbers) % 1000:03d}"
    return first + check_digit(first)


def make_phone() -> str:
    """Return a mobile number that no other call returned."""
    return f"139{next(_numbers):08d}"


@dataclass(frozen=True)
class Resident:
    """A citizen, with what tests ask about them. The session is open in the database."""

    account_id: int
    phone: str
    session: OpenedSession
    person_id: int | None = None
    name: str = ""
    id_number: str = ""

    @property
    def actor(self) -> Actor:
        return self.session.actor

    @property
    def session_id(self) -> int:
        return self.session.actor.session_id or 0

    @property
    def token(self) -> str:
        return self.session.token


def make_resident(*, name: str = "周晓敏", level: int = 2, client: Client = CLIENT, now: datetime = NOW) -> Resident:
    """Open a citizen's account with a session: level 1 is a phone, level 2 has a person."""
    number, id_number = make_phone(), make_id_number()
    with auth_scope(ANONYMOUS):
        account = insert_account(phone=number, hashed_password=HASHED, now=now)
        if level >= AssuranceLevel.REAL_NAME:
            account = lift_account(
                actor=ANONYMOUS, account_id=account.id, name=name, method="population+social_card", now=now,
                paper=read_paper(PaperKind.ID_CARD, id_number, today=now.date()),
            )  # fmt: skip
        session = open_session(account=account, client=client, before=ANONYMOUS, now=now, is_first=True)
    if level < AssuranceLevel.REAL_NAME:
        return Resident(account.id, number, session)
    return Resident(account.id, number, session, account.person_id, name, id_number)


def actor_of(token: str, *, now: datetime = NOW) -> Actor:
    """Return the actor of an open session."""
    actor = find_session_actor(token=token, channel="web", now=now)
    assert actor is not None, "the session has ended"
    return actor


def make_officer(
    role: str = "enquiries.officer", *, login: str = "officer-1", agency_id: int | None = None,
    region_code: str | None = None, now: datetime = NOW,
) -> OpenedSession:  # fmt: skip
    """Open a staff account with one grant and a session; its actor carries the grant from the next request on."""
    with auth_scope(ANONYMOUS):
        account = Account(
            id=new_id(), account_kind=AccountKind.STAFF, staff_name="王警官", password=HASHED,
            password_changed_at=now, created_at=now,
        )  # fmt: skip
        account.save(force_insert=True)
        LoginHandle(hash=handles.staff_name_hash(login), account=account).save(force_insert=True)
        StaffGrant(
            id=new_id(), account=account, role=role, agency_id=agency_id, region_code=region_code, starts_at=now
        ).save(force_insert=True)
        return open_session(account=account, client=CLIENT, before=ANONYMOUS, now=now)


@dataclass
class Registers:
    """The population register and the second ones, in memory (an ``IdentitySource``)."""

    people: dict[str, str] = field(default_factory=dict)  # ID number -> name
    second: dict[tuple[SecondSource, str], str] = field(default_factory=dict)  # (kind, ID number) -> value
    status: PersonStatus = PersonStatus.NORMAL
    down: bool = False
    asked: list[str] = field(default_factory=list)
    papers: dict[str, tuple[str, date, date]] = field(default_factory=dict)  # text -> (name, born, last day)
    paper_status: PaperStatus = PaperStatus.VALID
    children: set[tuple[str, str]] = field(default_factory=set)  # (parent's ID number, child's)
    cards: dict[str, tuple[str, str]] = field(default_factory=dict)  # ID number -> (card, phone)
    companies: dict[tuple[str, str], CompanyCheck] = field(default_factory=dict)  # (ID number, credit code)

    def add(self, name: str, id_number: str, card: str = "A12345678") -> None:
        """Know a person with a social security card."""
        self.people[id_number] = name
        self.second[SecondSource.SOCIAL_CARD, id_number] = card

    def check_bank_card(
        self, name: str, id_number: str, card_number: str, phone: str, *, document: PaperKind = PaperKind.ID_CARD
    ) -> bool:  # fmt: skip
        if self.down:
            raise Unavailable
        return self.cards.get(id_number) == (card_number, phone)

    def is_child(self, name: str, id_number: str, child_name: str, child_id_number: str) -> bool:
        return (id_number, child_id_number) in self.children

    def check_legal_person(
        self, name: str, id_number: str, credit_code: str, *, document: PaperKind = PaperKind.ID_CARD
    ) -> CompanyCheck:  # fmt: skip
        if self.down:
            raise Unavailable
        return self.companies.get((id_number, credit_code), CompanyCheck(is_legal_person=False))

    def check_person(self, name: str, id_number: str) -> PersonCheck:
        self.asked.append("person")
        if self.down:
            raise Unavailable
        return PersonCheck(self.people.get(id_number) == name, self.status)

    def add_paper(self, name: str, paper: Paper, valid_until: date, card: str = "A12345678") -> None:
        """Know a paper of the exit-entry police, whose holder has a social security card."""
        self.papers[paper.text] = (name, paper.birth_date, valid_until)
        self.second[SecondSource.SOCIAL_CARD, paper.number] = card

    def check_paper(self, name: str, paper: Paper, valid_until: date | None) -> PaperCheck:
        self.asked.append("paper")
        if self.down:
            raise Unavailable
        return PaperCheck(self.papers.get(paper.text) == (name, paper.birth_date, valid_until), self.paper_status)

    def check_second(
        self, kind: SecondSource, name: str, id_number: str, value: str, *, document: PaperKind = PaperKind.ID_CARD
    ) -> bool:  # fmt: skip
        self.asked.append(str(kind))
        return self.second.get((kind, id_number)) == value
