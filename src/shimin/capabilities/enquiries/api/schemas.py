"""What the API takes and gives. Ids are strings; values of a record are as the source gave them, with their words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, StringConstraints

from shimin.capabilities.enquiries.public import (
    LONGEST_WORDS,
    OUTCOME_WORDS,
    Answer,
    DisputeReason,
    DisputeView,
    Offer,
    Read,
    Record,
    RecordAction,
)

ParamText = Annotated[str, StringConstraints(max_length=100)]


class LookUpIn(Schema):
    """What to look up: a view of the item (its first one when left out) and the view's parameters."""

    view: Annotated[str, StringConstraints(max_length=60)] = ""
    params: dict[Annotated[str, StringConstraints(max_length=60)], ParamText | int] = Field(
        default_factory=dict, max_length=20
    )


class FieldOut(Schema):
    name: str
    title: str
    type: str
    unit: str


class FactOut(Schema):
    title: str
    text: str


class NextStepOut(Schema):
    words: str
    item: str
    ready: bool


class ActionOut(Schema):
    """What can be done with one record, by its place in `records`; a debt is paid by an order of `ref`."""

    record: int
    label: str
    ref: dict[str, str]


class RecordOut(Schema):
    """A record: the answer in words, and the named fields. Amounts ending in _fen are hundredths of a yuan."""

    enquiry_id: str | None
    item: str
    view: str
    params: dict[str, str | int]
    source: str
    as_of: datetime
    from_cache: bool
    sentence: str
    big: FactOut | None
    is_empty: bool
    mend: str
    fields: list[FieldOut]
    records: list[dict[str, str | int | float | bool | None]]
    next_steps: list[NextStepOut]
    actions: list[ActionOut]


class ParamOut(Schema):
    name: str
    title: str
    type: str
    choices: dict[str, str]
    default: str


class ViewOut(Schema):
    code: str
    title: str
    params: list[ParamOut]
    fields: list[FieldOut]


class OfferOut(Schema):
    """What an item offers to look up, and on what basis."""

    item: str
    name: str
    agency: str
    level: int
    purpose: str
    basis: str
    consent_code: str | None
    consent_text: str
    views: list[ViewOut]


class DisputeOut(Schema):
    dispute_id: str
    reason: str
    words: str
    state: str
    filed_at: datetime
    due_at: datetime
    answer: str
    answered_at: datetime | None


class ReadOut(Schema):
    """One line of "谁看过我的数据"."""

    enquiry_id: str
    region_code: str
    item_id: str
    item_name: str
    agency_name: str
    purpose: str
    basis: str
    fields: list[str]
    channel: str
    at: datetime
    outcome: str
    outcome_words: str
    reason: str
    record_count: int | None
    from_cache: bool
    acted_by: str
    dispute: DisputeOut | None


class DisputeIn(Schema):
    """Why a reading is disputed: not_me, not_needed, wrong_record or other; other needs words."""

    reason: DisputeReason
    words: Annotated[str, StringConstraints(max_length=LONGEST_WORDS)] = ""


class DisputeFiledOut(Schema):
    dispute_id: str


def record_out(record: Record, answer: Answer, actions: Sequence[RecordAction | None]) -> dict[str, Any]:
    """Return a record for RecordOut."""
    question = record.question
    return {
        "enquiry_id": None if record.enquiry_id is None else str(record.enquiry_id),
        "item": question.offer.slug,
        "view": question.view.code,
        "params": dict(question.params),
        "source": record.source,
        "as_of": record.as_of,
        "from_cache": record.from_cache,
        "sentence": answer.sentence,
        "big": answer.big and {"title": answer.big.title, "text": answer.big.text},
        "is_empty": answer.is_empty,
        "mend": answer.mend,
        "fields": _fields(question.view.fields.values()),
        "records": list(record.extract),
        "next_steps": [{"words": step.words, "item": step.item, "ready": step.ready} for step in answer.next_steps],
        "actions": [
            {"record": place, "label": action.label, "ref": dict(action.ref)}
            for place, action in enumerate(actions)
            if action is not None
        ],
    }


def offer_out(offer: Offer, today: Any) -> dict[str, Any]:
    """Return an offer for OfferOut."""
    lookup = offer.lookup
    return {
        "item": offer.slug,
        "name": offer.name,
        "agency": offer.agency_name,
        "level": int(offer.level),
        "purpose": lookup.purpose,
        "basis": lookup.basis.law,
        "consent_code": lookup.basis.consent_code,
        "consent_text": lookup.basis.consent_text,
        "views": [
            {
                "code": view.code,
                "title": view.title,
                "params": [
                    {"name": param.name, "title": param.title, "type": str(param.type),
                     "choices": dict(param.options(today)), "default": param.default_on(today)}
                    for param in view.params
                ],
                "fields": _fields(view.fields.values()),
            }
            for view in lookup.views
        ],
    }  # fmt: skip


def read_out(read: Read) -> dict[str, Any]:
    """Return a line of the access log for ReadOut."""
    return {
        "enquiry_id": str(read.enquiry_id),
        "region_code": read.city_code,
        "item_id": str(read.item_id),
        "item_name": read.item_name,
        "agency_name": read.agency_name,
        "purpose": read.purpose,
        "basis": read.basis,
        "fields": list(read.fields),
        "channel": read.channel,
        "at": read.at,
        "outcome": str(read.outcome),
        "outcome_words": OUTCOME_WORDS[read.outcome].meaning,
        "reason": read.reason,
        "record_count": read.record_count,
        "from_cache": read.from_cache,
        "acted_by": read.acted_by,
        "dispute": read.dispute and _dispute(read.dispute),
    }


def _dispute(dispute: DisputeView) -> dict[str, Any]:
    return {
        "dispute_id": str(dispute.dispute_id),
        "reason": str(dispute.reason),
        "words": dispute.words,
        "state": str(dispute.state),
        "filed_at": dispute.filed_at,
        "due_at": dispute.due_at,
        "answer": dispute.answer,
        "answered_at": dispute.answered_at,
    }


def _fields(rules: Any) -> list[dict[str, str]]:
    return [{"name": rule.name, "title": rule.title, "type": str(rule.type), "unit": rule.unit} for rule in rules]
