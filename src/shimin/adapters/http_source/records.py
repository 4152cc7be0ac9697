"""The record source of the look-ups, over the departments' signed protocol."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shimin.adapters.http_source.clients import Clients
from shimin.capabilities.enquiries.ports import RecordAnswer, RecordQuery, SourceSystem, VerifiedSubject
from shimin.kernel.calls.client import AnswerUnreadable, SourceError, SourceRefused

# A record that nobody keeps: "there is no such record" proves that the department checks signatures and answers.
_PROBE = RecordQuery(
    record="availability-probe",
    request_id="availability-probe",
    purpose="检查系统是否可用",
    legal_basis="",
    consent_id=None,
    subject=None,
    params={},
    fields=["none"],
)


class HttpRecordSource:
    """See ``enquiries.ports.RecordSource``."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def fetch(self, system: SourceSystem, query: RecordQuery) -> RecordAnswer:
        """Ask the department and return its proved answer."""
        answer = self._clients.of(system).post(f"/records/{query.record}", request_body(query))
        return read_answer(system.name, answer.body)

    def is_up(self, system: SourceSystem) -> bool:
        """Say whether the department answers a signed question."""
        try:
            self._clients.of(system).post(f"/records/{_PROBE.record}", request_body(_PROBE))
        except SourceRefused as refusal:
            return refusal.answered_status == 404
        except SourceError:
            return False
        return True


def request_body(query: RecordQuery) -> dict[str, Any]:
    """Return the JSON of a request."""
    acting = query.on_behalf_of
    subject = query.subject and _subject(query.subject)
    return {
        "request_id": query.request_id,
        "purpose": query.purpose,
        "legal_basis": query.legal_basis or None,
        "consent_id": query.consent_id,
        "on_behalf_of": acting and {"mandate_id": acting.mandate_id, "relation": acting.relation},
        "subject": subject,
        "params": dict(query.params),
        "fields": list(query.fields),
    }


def _subject(subject: VerifiedSubject) -> dict[str, str]:
    """Return who is concerned; the kind of paper is named where it is not the identity card."""
    named = {"name": subject.name, "id_number": subject.id_number}
    return named if subject.document == "id_card" else {**named, "document": subject.document}


def read_answer(system: str, body: Mapping[str, Any]) -> RecordAnswer:
    """Return the answer's parts; the fields of its records are checked by whoever declared them.

    Raises:
        AnswerUnreadable: a part is missing or of another kind.
    """
    found, records = body.get("found"), body.get("records")
    if not isinstance(found, bool) or not isinstance(records, list):
        raise AnswerUnreadable(system, "found or records is missing")
    if not all(isinstance(record, dict) for record in records):
        raise AnswerUnreadable(system, "a record is no object")
    try:
        issued_at = datetime.fromisoformat(str(body.get("issued_at")))
    except ValueError:
        raise AnswerUnreadable(system, "issued_at is no time") from None
    if issued_at.tzinfo is None:
        raise AnswerUnreadable(system, "issued_at has no zone")
    return RecordAnswer(found, issued_at, records)
