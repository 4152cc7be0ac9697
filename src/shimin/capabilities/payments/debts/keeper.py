"""The keeper of debts that look-ups show: what is owed is read at the source at that moment, never taken from a page.

A reference is ``region.item.record`` ("430100.fine-payment.430102…"): the item that declares ``pay``, and the record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from shimin.capabilities.catalogue.public import ItemGuide, get_agency, get_item
from shimin.capabilities.enquiries.public import get_offer as get_look_up
from shimin.capabilities.enquiries.public import look_up
from shimin.capabilities.payments.debts.declaration import KEY, DebtRule, Row, parse_pay
from shimin.capabilities.payments.ports import Owed, PaidLine, SettlementRefused
from shimin.capabilities.payments.ports.reporter import ActAnswer, payment_reporter
from shimin.kernel import clock
from shimin.kernel.actor import Actor
from shimin.kernel.errors import NotFound

KIND = "debt"
_REF = re.compile(r"([0-9]{6})\.([a-z0-9-]{1,60})\.([A-Za-z0-9_-]{1,60})")
log = structlog.get_logger("shimin.payments")


@dataclass(frozen=True, slots=True)
class _Debt:
    """A reference taken apart, with the declaration it rests on."""

    guide: ItemGuide
    rule: DebtRule
    record: str

    @property
    def region_code(self) -> str:
        return self.guide.card.region_code


def ref_of(guide: ItemGuide, rule: DebtRule, row: Row) -> str:
    """Return the reference of a record."""
    return f"{guide.card.region_code}.{guide.card.slug}.{row[rule.ref]}"


class RecordDebts:
    """See ``payments.ports.Payable``."""

    kind = KIND

    def owed(self, *, actor: Actor, ref: str, now: datetime) -> Owed:
        """Ask the source about the actor's own records; other people's debts are not found."""
        debt = _find(ref, now)
        guide, rule = debt.guide, debt.rule
        record = look_up(
            actor=actor, region_code=debt.region_code, slug=rule.look_up, view_code=rule.view, params={}, now=now
        )
        row = rule.find(record.extract, debt.record)
        if row is None:
            raise NotFound
        agency = get_agency(debt.region_code, guide.card.agency_slug)
        return Owed(
            kind=KIND, ref=ref, title=rule.title_of(row), amount_fen=int(row[rule.amount]), city_code=debt.region_code,
            payee_code=f"agency:{agency.id}", payee_name=agency.name, agency_id=agency.id,
            item_code=rule.item_code, due_at=rule.due_at(row),
            closed_words=_paused_words(guide) or rule.closed_words(row),
            details=tuple((record.question.view.fields[name].title, str(row[name])) for name in rule.details),
        )  # fmt: skip

    def settle(self, *, line: PaidLine, now: datetime) -> str:
        """Report the payment to the department and return its receipt."""
        debt = _find(line.ref, now)
        params = {
            debt.rule.ref: debt.record,
            "fen": line.amount_fen,
            "paid_at": line.captured_at.astimezone(clock.CHINA).isoformat(timespec="seconds"),
        }
        answer = _perform(debt, debt.rule.report, line, params, now)
        if not answer.is_accepted:
            raise SettlementRefused(answer.reason)
        return answer.receipt

    def revert(self, *, line: PaidLine, now: datetime) -> None:
        """Take the payment back at the department."""
        debt = _find(line.ref, now)
        answer = _perform(debt, debt.rule.reverse, line, {debt.rule.ref: debt.record}, now)
        if not answer.is_accepted:  # it keeps what we gave back: people have to talk, and it stays in the log
            log.error("payments.reversal_refused", line_id=line.line_id, reason=answer.reason)


def _find(ref: str, now: datetime) -> _Debt:
    match = _REF.fullmatch(ref)
    if match is None:
        raise NotFound
    region_code, slug, record = match.groups()
    guide = get_item(region_code, slug, now=now)
    if KEY not in guide.doc:
        raise NotFound
    return _Debt(guide, parse_pay(guide.doc[KEY]), record)


def _perform(debt: _Debt, act: str, line: PaidLine, params: dict[str, Any], now: datetime) -> ActAnswer:
    system = get_look_up(debt.region_code, debt.rule.look_up, now).system
    return payment_reporter().perform(system, act, line=str(line.line_id), params=params)


def _paused_words(guide: ItemGuide) -> str:
    return "" if guide.card.status == "running" else guide.card.status_words or "这个事项现在没有开放。"
