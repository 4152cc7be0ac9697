"""What a record source must offer; ``adapters.http_source`` implements it over signed HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


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
