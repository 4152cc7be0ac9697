"""What identity asks of the outside: is this name the number's, and does a second register agree?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from shimin.capabilities.identity.domain import SecondSource
from shimin.kernel.errors import Unavailable
from shimin.kernel.values.papers import Paper, PaperKind


class PersonStatus(StrEnum):
    """State of a person in the population register."""

    NORMAL = "normal"
    DECEASED = "deceased"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PersonCheck:
    """The register's answer. ``matches`` is also False when it does not know the number."""

    matches: bool
    status: PersonStatus = PersonStatus.NORMAL


class IdentitySource(Protocol):
    """Registers that confirm who somebody is. Called with no transaction open.

    Both raise ``kernel.errors.Unavailable`` (or a subclass) when the register does not answer in time: fail closed,
    the level is not raised.
    """

    def check_person(self, name: str, id_number: str) -> PersonCheck:
        """Ask the population register."""
        ...

    def check_second(
        self, kind: SecondSource, name: str, id_number: str, value: str, *, document: PaperKind = PaperKind.ID_CARD
    ) -> bool:  # fmt: skip
        """Ask the register of ``kind`` whether ``value`` is a number it gave to this person; ``document`` is the kind
        of paper that ``id_number`` is of."""
        ...


class PaperStatus(StrEnum):
    """State of a paper in the immigration register."""

    VALID = "valid"
    LOST = "lost"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PaperCheck:
    """The register's answer. ``matches`` is also False when it does not know the paper."""

    matches: bool
    status: PaperStatus = PaperStatus.VALID


class PaperSource(Protocol):
    """The immigration register (出入境证件). Called with no transaction open; fail closed, as ``IdentitySource``."""

    def check_paper(self, name: str, paper: Paper, valid_until: date | None) -> PaperCheck:
        """Ask whether name, number, birth date, issuer and last day are those of one paper."""
        ...


class BankCardSource(Protocol):
    """A clearing house's four-element check. Called with no transaction open; fail closed, as ``IdentitySource``."""

    def check_bank_card(
        self, name: str, id_number: str, card_number: str, phone: str, *, document: PaperKind = PaperKind.ID_CARD
    ) -> bool:  # fmt: skip
        """Ask whether card and phone are this person's; which of them is not stays unsaid."""
        ...


class NoIdentitySource(Unavailable):
    """The installation has not been connected to the registers."""

    code = "identity.no_source"
    message = "网上实名核验还没有开通。"
    mend = "请携带身份证到政务服务大厅窗口办理。"


_source: IdentitySource | None = None


def set_identity_source(source: IdentitySource | None) -> None:
    """Connect the registers; the project does this once when it starts."""
    global _source
    _source = source


def get_identity_source() -> IdentitySource:
    """Return the connected registers.

    Raises:
        NoIdentitySource: none was connected.
    """
    if _source is None:
        raise NoIdentitySource
    return _source


@dataclass(frozen=True, slots=True)
class CompanyCheck:
    """The business register's answer; ``is_legal_person`` is also False when it does not know the code."""

    is_legal_person: bool
    name: str = ""
    is_operating: bool = True


class RelationSource(Protocol):
    """Registers that say who stands for whom. Called with no transaction open; fail closed, as ``IdentitySource``."""

    def is_child(self, name: str, id_number: str, child_name: str, child_id_number: str) -> bool:
        """Ask the population register whether the second person is a child of the first."""
        ...

    def check_legal_person(
        self, name: str, id_number: str, credit_code: str, *, document: PaperKind = PaperKind.ID_CARD
    ) -> CompanyCheck:  # fmt: skip
        """Ask the business register whether the person is the company's legal person (法定代表人)."""
        ...


_relations: RelationSource | None = None


def set_relation_source(source: RelationSource | None) -> None:
    """Connect the registers of relations; the project does this once when it starts."""
    global _relations
    _relations = source


def get_relation_source() -> RelationSource:
    """Return the connected registers.

    Raises:
        NoIdentitySource: none was connected.
    """
    if _relations is None:
        raise NoIdentitySource
    return _relations


_bank_cards: BankCardSource | None = None


def set_bank_card_source(source: BankCardSource | None) -> None:
    """Connect the check of bank cards; the project does this once when it starts."""
    global _bank_cards
    _bank_cards = source


def get_bank_card_source() -> BankCardSource:
    """Return the connected check.

    Raises:
        NoIdentitySource: none was connected.
    """
    if _bank_cards is None:
        raise NoIdentitySource
    return _bank_cards


_papers: PaperSource | None = None


def set_paper_source(source: PaperSource | None) -> None:
    """Connect the immigration register; the project does this once when it starts."""
    global _papers
    _papers = source


def find_paper_source() -> PaperSource | None:
    """Return the connected register, None where there is none: windows look at the paper itself then."""
    return _papers


def get_paper_source() -> PaperSource:
    """Return the connected register.

    Raises:
        NoIdentitySource: none was connected.
    """
    if _papers is None:
        raise NoIdentitySource
    return _papers
