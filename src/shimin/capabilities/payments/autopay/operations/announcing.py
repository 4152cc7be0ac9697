"""Announce a deduction: the month's cap, the deduction and the message to its owner in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from shimin.capabilities.payments.autopay.domain.states import DeductionState, PlanState, Reason
from shimin.capabilities.payments.autopay.domain.terms import LEAD, About, month_of
from shimin.capabilities.payments.autopay.events import DeductionAnnounced
from shimin.capabilities.payments.autopay.models import REF, Deduction, Plan
from shimin.capabilities.payments.autopay.operations.changes import reserve, tell
from shimin.capabilities.payments.billing.public import KIND, TOP_UP_KIND, make_top_up_ref
from shimin.capabilities.payments.public import find_claim
from shimin.kernel import audit, events
from shimin.kernel.actor import SYSTEM
from shimin.kernel.clock import CHINA
from shimin.kernel.crypto import encrypt
from shimin.kernel.db import scope
from shimin.kernel.ids import new_id

_COLUMNS = (
    "id", "account_id", "plan_id", "city_code", "slot_hash", "ref_sealed", "title", "amount_fen", "month", "state",
    "reason", "round", "failures", "announced_at", "take_after", "ended_at", "next_try_at", "tries", "version",
)  # fmt: skip
# Whoever was quicker by less than a statement keeps the row; the caller takes its reservation back.
_INSERT = f"""
    INSERT INTO autopay_deduction ({", ".join(_COLUMNS)}) VALUES ({", ".join(["%s"] * len(_COLUMNS))})
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - constants only
# A bill is over for the plan once its owner did not want it, or the payee or the gateway refused it for good.
_FINAL = (DeductionState.FAILED, DeductionState.GIVEN_BACK)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a plan would pay now: a bill by its reference, or a card by issuer and number."""

    slot_hash: bytes
    title: str
    amount_fen: int
    ref: str = ""
    card: tuple[str, str] = ("", "")


class _AnnouncedAlready(Exception):
    """It stands there: take back what this transaction has reserved."""


def announce(plan: Plan, wish: Wish, now: datetime) -> bool:
    """Announce a deduction to the plan's owner and tell whether it was: at most once while one is open.

    What is over a limit of the owner's is told once a month instead.
    """
    if wish.ref and _is_settled(plan, wish, now):
        return False
    if wish.amount_fen > plan.amount_fen:
        _tell_over(plan, wish, Reason.OVER_LIMIT, now)
        return False
    try:
        with scope(SYSTEM):
            if reserve(plan.id, wish.amount_fen, month_of(now)):
                _write(plan, wish, now)
                return True
    except _AnnouncedAlready:
        return False
    _tell_over(plan, wish, Reason.OVER_CAP, now)
    return False


def _is_settled(plan: Plan, wish: Wish, now: datetime) -> bool:
    """Whether a bill that its biller still shows as open is paid here, or was given up under this plan."""
    claim = find_claim(actor=SYSTEM, kind=KIND, ref=wish.ref, now=now)
    if claim is not None and claim.is_paid:
        return True
    with scope(SYSTEM):
        mine = Deduction.objects.filter(account_id=plan.account_id, plan_id=plan.id, slot_hash=wish.slot_hash)
        return mine.filter(state__in=_FINAL).exists() or mine.filter(reason=Reason.PERSON).exists()


def _write(plan: Plan, wish: Wish, now: datetime) -> None:
    deduction_id, take_after = new_id(), now + LEAD[plan.about]
    ref = wish.ref or make_top_up_ref(*wish.card, wish.amount_fen // 100, f"auto-{deduction_id}")
    values = _values(plan, wish, deduction_id, ref, now)
    values |= {"state": str(DeductionState.ANNOUNCED), "take_after": take_after, "next_try_at": take_after}
    if not _insert(values):
        raise _AnnouncedAlready
    when = f"{take_after.astimezone(CHINA):%-m月%-d日 %H:%M}"
    tell(plan, "announced", now, title=wish.title, fen=wish.amount_fen, when=when)
    audit.record(
        actor=SYSTEM, action="autopay.announce", target="deduction", target_id=deduction_id, now=now,
        city_code=plan.city_code, details={"plan": plan.id, "fen": wish.amount_fen},
    )  # fmt: skip
    event = DeductionAnnounced(
        deduction_id=deduction_id, plan_id=plan.id, city_code=plan.city_code, amount_fen=wish.amount_fen
    )
    events.emit(event, aggregate="autopay.deduction", aggregate_id=deduction_id, version=1, now=now)


def _tell_over(plan: Plan, wish: Wish, reason: Reason, now: datetime) -> None:
    values = _values(plan, wish, new_id(), wish.ref or "-", now)
    values |= {"state": str(DeductionState.SKIPPED), "reason": str(reason), "take_after": now, "ended_at": now}
    with scope(SYSTEM):
        is_live = Plan.objects.select_for_update().filter(id=plan.id, state=PlanState.ACTIVE).exists()
        if is_live and not _is_open(plan, wish) and _insert(values):
            tell(plan, str(reason), now, title=wish.title, fen=wish.amount_fen)


def _is_open(plan: Plan, wish: Wish) -> bool:
    mine = Deduction.objects.filter(account_id=plan.account_id, plan_id=plan.id, slot_hash=wish.slot_hash)
    return mine.filter(ended_at=None).exists()


def _values(plan: Plan, wish: Wish, deduction_id: int, ref: str, now: datetime) -> dict[str, Any]:
    return {
        "id": deduction_id, "account_id": plan.account_id, "plan_id": plan.id, "city_code": plan.city_code,
        "slot_hash": wish.slot_hash, "ref_sealed": encrypt(ref, context=REF), "title": wish.title,
        "amount_fen": wish.amount_fen, "month": month_of(now), "reason": "", "round": 1, "failures": 0,
        "announced_at": now, "ended_at": None, "next_try_at": None, "tries": 0, "version": 1,
    }  # fmt: skip


def _insert(values: dict[str, Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [values[name] for name in _COLUMNS])
        return bool(cursor.rowcount == 1)


def kind_of(plan: Plan) -> str:
    """Return the kind of debt that a plan pays."""
    return KIND if plan.about == About.BILL else TOP_UP_KIND
