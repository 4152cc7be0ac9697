"""The worker looks at what is owed under signed plans, and at plans that wait for their signature.

A plan is leased before anybody is asked: a worker that dies, or a biller that is down, costs a pause that grows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog
from django.db import connection

from shimin.capabilities.payments.autopay.domain.states import OPEN, EndedBy, PlanState
from shimin.capabilities.payments.autopay.domain.terms import CARD_LOOK, FAILED_PAUSE, About
from shimin.capabilities.payments.autopay.handles import debt_hash, external_no
from shimin.capabilities.payments.autopay.models import CARD, Deduction, Plan
from shimin.capabilities.payments.autopay.operations.announcing import Wish, announce
from shimin.capabilities.payments.autopay.operations.changes import end_plan
from shimin.capabilities.payments.autopay.operations.setting_up import is_too_late_to_sign
from shimin.capabilities.payments.autopay.operations.signing import note_agreement, require_gateway
from shimin.capabilities.payments.billing.public import (
    CardUnknown,
    get_account_bills,
    next_look,
    read_card,
    ref_of,
)
from shimin.capabilities.payments.public import AgreementState
from shimin.kernel.actor import SYSTEM, Actor, ActorKind
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound, Unavailable

BATCH = 20
log = structlog.get_logger("shimin.autopay")

_LEASE = """
    UPDATE autopay_plan SET look_tries = look_tries + 1,
        look_at = %s::timestamptz + make_interval(secs => least(30 * power(2, least(look_tries, 20)), 21600))
    WHERE id IN (
        SELECT id FROM autopay_plan WHERE look_at <= %s ORDER BY look_at LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING id
"""


def look_at_due_plans(now: datetime, *, limit: int = BATCH) -> int:
    """Look at plans that are due and return how many; the worker calls it."""
    with scope(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(_LEASE, [now, now, limit])
            ids = [plan_id for (plan_id,) in cursor.fetchall()]
        plans = list(Plan.objects.filter(id__in=ids).order_by("id"))
    for plan in plans:
        try:
            _look(plan, now)
        except Unavailable as error:
            log.warning("autopay.not_asked", plan_id=plan.id, about=plan.about, code=error.code)
    return len(plans)


def _look(plan: Plan, now: datetime) -> None:
    if plan.state == PlanState.SIGNING:
        _look_for_signature(plan, now)
    elif plan.state == PlanState.ACTIVE:
        _look_for_debts(plan, now)


def _look_for_signature(plan: Plan, now: datetime) -> None:
    word = require_gateway(plan.gateway).query_agreement(external_no(plan.id))
    if word.state is AgreementState.ACTIVE:
        note_agreement(actor=SYSTEM, gateway_code=plan.gateway, word=word, now=now)
    elif is_too_late_to_sign(plan, now):
        _end(plan, EndedBy.UNSIGNED, PlanState.SIGNING, now)


def _look_for_debts(plan: Plan, now: datetime) -> None:
    try:
        wishes = list(_bills(plan) if plan.about == About.BILL else _card(plan))
    except CardUnknown:
        log.warning("autopay.card_unknown", plan_id=plan.id)
        _look_again(plan, now + FAILED_PAUSE)
        return
    except NotFound:
        _end(plan, EndedBy.UNBOUND, PlanState.ACTIVE, now)
        return
    for wish in wishes:
        announce(plan, wish, now)
    _look_again(plan, next_look(now) if plan.about == About.BILL else now + CARD_LOOK)


def _bills(plan: Plan) -> Iterable[Wish]:
    assert plan.bound_id is not None, "a plan for bills has an account"
    # The worker, with the owner's account: what they have unbound it does not find either.
    owner = Actor(ActorKind.SYSTEM, account_id=plan.account_id, channel=SYSTEM.channel)
    account, _ = get_account_bills(actor=owner, bound_id=plan.bound_id)
    if not account.is_known:
        raise Unavailable
    for bill in account.owed:
        ref = ref_of(account.bound.biller.code, bill.number)
        title = f"{account.bound.home}的{account.bound.biller.title} {bill.month_words}"
        yield Wish(debt_hash(ref), title, bill.payable_fen, ref)


def _card(plan: Plan) -> Iterable[Wish]:
    with scope(SYSTEM):
        if Deduction.objects.filter(plan_id=plan.id, state__in=OPEN).exists():
            return  # its money may not be on the card yet
    number = decrypt(bytes(plan.card_sealed or b""), context=CARD)
    found = read_card(issuer_code=plan.card_issuer, card=number)
    if found.card.balance_fen < plan.threshold_fen:
        yield Wish(bytes(plan.target_hash), plan.title, plan.amount_fen, card=(found.issuer.code, number))


def _look_again(plan: Plan, at: datetime) -> None:
    with scope(SYSTEM):
        Plan.objects.filter(id=plan.id, state=PlanState.ACTIVE, version=plan.version).update(look_at=at, look_tries=0)


def _end(plan: Plan, ended_by: EndedBy, state: PlanState, now: datetime) -> None:
    with scope(SYSTEM):
        locked = Plan.objects.select_for_update().get(id=plan.id)
        if locked.state == state:
            end_plan(SYSTEM, locked, ended_by, now)
