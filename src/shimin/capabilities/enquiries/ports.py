"""What a record source must offer (``adapters.http_source`` implements it over signed HTTP), and how another capability
adds to an answer what can be done with its records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from shimin.kernel.actor import Actor

if TYPE_CHECKING:
    from shimin.capabilities.enquiries.domain.declaration import View
    from shimin.capabilities.enquiries.domain.fields import RecordRow
    from shimin.capabilities.enquiries.domain.offer import Offer


@dataclass(frozen=True, slots=True)
class SourceSystem:
    """A department's system as its ``agency.yaml`` declares it; the operator's environment may override ``url``."""

    name: str
    title: str
    url: str = ""
    key: str = ""
    demo_port: int | None = None


@dataclass(frozen=True, slots=True)
class VerifiedSubject:
    """The person concerned, by attributes the platform has verified."""

    name: str
    id_number: str
    document: str = "id_card"  # the kind of paper that the number is of (kernel.values.papers.PaperKind)


@dataclass(frozen=True, slots=True)
class ActingFor:
    """Somebody asks for the subject, by a checked mandate; ``relation`` is what the subject is to them."""

    mandate_id: str
    relation: str


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """One question to a department: what, about whom, what for, and which fields."""

    record: str
    request_id: str
    purpose: str
    legal_basis: str
    consent_id: str | None
    subject: VerifiedSubject | None
    params: Mapping[str, Any]
    fields: Sequence[str]
    on_behalf_of: ActingFor | None = None


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """The department's answer; its origin and freshness are verified, its content is not yet."""

    found: bool
    issued_at: datetime
    records: Sequence[Mapping[str, Any]]


class RecordSource(Protocol):
    """Asks departments. Fail-closed: what cannot be verified is an error, never an answer."""

    def fetch(self, system: SourceSystem, query: RecordQuery) -> RecordAnswer:
        """Ask once. Must not be called inside a transaction.

        Raises:
            SourceError: see ``kernel.calls.client``: down, slow, throttled, busy, refused, forged, replayed.
        """
        ...

    def is_up(self, system: SourceSystem) -> bool:
        """Say whether the system answers at all; costs the department next to nothing."""
        ...


_source: RecordSource | None = None


def set_record_source(source: RecordSource | None) -> None:
    """Choose the adapter; the project does this once, tests for the time of a test."""
    global _source
    _source = source


def record_source() -> RecordSource:
    """Return the chosen adapter.

    Raises:
        LookupError: none was chosen.
    """
    if _source is None:
        raise LookupError("no record source is connected: see adapters.http_source.connect")
    return _source


@dataclass(frozen=True, slots=True)
class RecordAction:
    """What a person may do next with one record: a button that sends ``fields`` to ``address``, a path of ours.

    ``ref`` names the same to programs ({"kind": "debt", "ref": …}).
    """

    label: str
    address: str
    fields: Mapping[str, str]
    ref: Mapping[str, str]


class RecordActions(Protocol):
    """Another capability's part of an answer. Opens no socket; what it does not know of, it leaves alone."""

    def find(
        self, *, actor: Actor, offer: Offer, view: View, records: Sequence[RecordRow], now: datetime
    ) -> Sequence[RecordAction | None]:
        """Return one entry for each record, None where there is nothing to do; empty: for none of them."""
        ...


_actions: list[RecordActions] = []


def register_record_actions(actions: RecordActions) -> None:
    """Add what a capability lets people do with records; once, when its app starts."""
    _actions.append(actions)


def actions_of(
    *, actor: Actor, offer: Offer, view: View, records: Sequence[RecordRow], now: datetime
) -> list[RecordAction | None]:
    """Return for each record the first action that a capability offers."""
    found: list[RecordAction | None] = [None] * len(records)
    for each in _actions:
        offered = each.find(actor=actor, offer=offer, view=view, records=records, now=now)
        found = [have or new for have, new in zip(found, offered, strict=True)] if offered else found
    return found
