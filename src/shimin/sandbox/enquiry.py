"""The body of a request to a department, checked before anything is looked up."""

import re
from dataclasses import dataclass
from typing import Any, NoReturn

import orjson

from .faults import OFF, Faults
from .problems import Problem

MEMBERS = {
    "request_id",
    "purpose",
    "legal_basis",
    "consent_id",
    "on_behalf_of",
    "subject",
    "params",
    "fields",
}
CITIZEN_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
PAPER_NUMBER = re.compile(r"[A-Z0-9]{5,18}")
DOCUMENTS = ("id_card", "residence_card", "passport", "hkm_permit", "taiwan_permit")
RELATIONS = ("child", "parent", "relative", "ward", "client")
MAX_TEXT = 500
MAX_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Subject:
    """The person whose record is asked for."""

    name: str
    id_number: str


@dataclass(frozen=True, slots=True)
class Enquiry:
    """One request for a record: who is concerned, what for, and which fields."""

    request_id: str
    purpose: str
    legal_basis: str | None
    consent_id: str | None
    subject: Subject | None
    params: dict[str, Any]
    fields: tuple[str, ...]
    faults: Faults = OFF

    @property
    def person(self) -> Subject:
        """Give the subject of an enquiry whose record was checked to need one."""
        if self.subject is None:
            raise ValueError("this record is not about a person")
        return self.subject


def parse_enquiry(body: bytes) -> Enquiry:
    """Read a request body.

    Raises:
        Problem: 400 naming the member that is malformed, or 422 for a citizen number that cannot be one.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Problem(400, "malformed", "The body is not JSON in UTF-8.", field="body") from None
    if not isinstance(document, dict):
        _malformed("body", "is not an object")
    for unknown in sorted(document.keys() - MEMBERS):
        _malformed(unknown, "is not a member of a request")
    _check_acting(document.get("on_behalf_of"))
    params = document.get("params")
    if params is not None and not isinstance(params, dict):
        _malformed("params", "is not an object")
    return Enquiry(
        request_id=_text(document, "request_id"),
        purpose=_text(document, "purpose"),
        legal_basis=_text_or_null(document, "legal_basis"),
        consent_id=_text_or_null(document, "consent_id"),
        subject=_subject(document.get("subject")),
        params=params or {},
        fields=_fields(document.get("fields")),
    )


def _malformed(field: str, fault: str) -> NoReturn:
    raise Problem(400, "malformed", f"{field} {fault}.", field=field)


def _text(document: dict[str, Any], member: str, prefix: str = "") -> str:
    value = document.get(member)
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        _malformed(prefix + member, f"is not a text of 1 to {MAX_TEXT} characters")
    return value


def _text_or_null(document: dict[str, Any], member: str) -> str | None:
    return None if document.get(member) is None else _text(document, member)


def _subject(value: object) -> Subject | None:
    if value is None:
        return None
    if not isinstance(value, dict) or value.keys() - {"document"} != {"name", "id_number"}:
        _malformed("subject", "is not an object of name and id_number, with document where it is no identity card")
    document = value.get("document", "id_card")
    if document not in DOCUMENTS:
        _malformed("subject.document", f"is none of {', '.join(DOCUMENTS)}")
    id_number = _text(value, "id_number", "subject.").upper()
    if not (CITIZEN_NUMBER if document == "id_card" else PAPER_NUMBER).fullmatch(id_number):
        form = "a citizen number of 18 characters" if document == "id_card" else "a number of 5 to 18 characters"
        detail = f"subject.id_number is not {form}."
        raise Problem(422, "wrong_parameter", detail, field="subject.id_number")
    return Subject(_text(value, "name", "subject."), id_number)


def _check_acting(value: object) -> None:
    if value is None:
        return
    if not isinstance(value, dict) or value.keys() != {"mandate_id", "relation"}:
        _malformed("on_behalf_of", "is not null or an object of mandate_id and relation")
    _text(value, "mandate_id", "on_behalf_of.")
    if _text(value, "relation", "on_behalf_of.") not in RELATIONS:
        _malformed("on_behalf_of.relation", f"is none of {', '.join(RELATIONS)}")


def _fields(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_FIELDS:
        _malformed("fields", f"is not a list of 1 to {MAX_FIELDS} names")
    if not all(isinstance(name, str) for name in value) or len(set(value)) != len(value):
        _malformed("fields", "holds something that is not a name, or a name twice")
    return tuple(value)
