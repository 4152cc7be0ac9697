"""One item's look-up as it stands now: the declaration of its current version, and who answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from shimin.capabilities.enquiries.domain.declaration import Lookup, View
from shimin.capabilities.enquiries.domain.fields import RecordRow
from shimin.capabilities.enquiries.domain.params import ParamValue, read_params
from shimin.capabilities.enquiries.ports import SourceSystem
from shimin.kernel.actor import AssuranceLevel


@dataclass(frozen=True, slots=True)
class Offer:
    """What a person can look up here. ``level`` is the assurance level the item asks for."""

    item_id: int
    version_id: int
    region_code: str
    slug: str
    name: str
    icon: str
    agency_id: int
    agency_name: str
    agency_phone: str
    level: AssuranceLevel
    closed_words: str
    lookup: Lookup
    system: SourceSystem

    @property
    def is_public(self) -> bool:
        """Whether the record concerns nobody, so that nothing has to be logged for anybody."""
        return not self.lookup.subject


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a view of an offer, with its parameters read and checked."""

    offer: Offer
    view: View
    params: Mapping[str, ParamValue]

    @property
    def sent_params(self) -> dict[str, ParamValue]:
        """The parameters as the source gets them."""
        return {**self.params, **self.view.fixed}

    @property
    def field_titles(self) -> list[str]:
        """The fields that are asked for, in words."""
        return [rule.title for rule in self.view.fields.values()]


@dataclass(frozen=True, slots=True)
class Record:
    """A look-up's result. ``extract`` has exactly the declared fields; ``enquiry_id`` is its line in the access log.

    ``as_of`` is when the source answered; ``from_cache`` tells that it was some minutes ago.
    """

    question: Question
    extract: tuple[RecordRow, ...]
    as_of: datetime
    enquiry_id: int | None
    from_cache: bool

    @property
    def source(self) -> str:
        """Who answered."""
        return self.question.offer.agency_name

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields."""
        return tuple(self.question.view.fields)


def ask_about(offer: Offer, view_code: str, given: Mapping[str, object], today: date) -> Question:
    """Return the question for a view and what the person chose.

    Raises:
        UnknownView: the item has no such view.
        WrongParam: a parameter is missing, unknown or wrong.
    """
    view = offer.lookup.view(view_code)
    return Question(offer, view, read_params(view.params, given, today))
