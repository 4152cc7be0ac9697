"""Agree to have bills or a card paid by themselves: written down here, valid once signed at the gateway."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError

from shimin.capabilities.payments.autopay.domain.states import PlanState
from shimin.capabilities.payments.autopay.domain.terms import (
    TIME_TO_SIGN,
    About,
    check_bill_terms,
    check_card_terms,
    pause_after,
)
from shimin.capabilities.payments.autopay.handles import target_hash
from shimin.capabilities.payments.autopay.models import CARD, Plan
from shimin.capabilities.payments.billing.public import get_bound_for, read_card
from shimin.capabilities.payments.public import agreement_gateway
from shimin.kernel import audit
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.crypto import encrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, InvalidInput, SignInRequired
from shimin.kernel.ids import new_id
from shimin.kernel.rate import hit

MOST_PLANS = 30
_TRIES_AN_HOUR = 20


class AlreadyAutomatic(Conflict):
    """There is a live plan for this account or card."""

    code = "auto_pay_exists"
    message = "这一项已经设置过自动缴费。"
    mend = "请在“自动缴费”里继续签约，或先停止原来的再重新设置。"


class TooManyPlans(Conflict):
    """More than a family's homes and cards need."""

    code = "too_many_auto_pays"
    message = f"最多设置 {MOST_PLANS} 项自动缴费。"
    mend = "请先停止不用的。"


def set_up_bills(
    *, actor: Actor, bound_id: int, most_yuan: int, cap_yuan: int, gateway_code: str, consents: bool, now: datetime
) -> int:
    """Agree to have a bound account's bills paid, each up to ``most_yuan``, and return the plan's id.

    Raises:
        SignInRequired: nobody is signed in. NotFound: no such account of theirs.
        InvalidInput: a sum cannot be, no consent, or no such gateway.
        AlreadyAutomatic, TooManyPlans, TooManyRequests: see the classes.
    """
    _require_citizen(actor)
    check_bill_terms(most_yuan=most_yuan, cap_yuan=cap_yuan, consents=consents)
    bound = get_bound_for(actor=actor, bound_id=bound_id)
    plan = Plan(
        about=About.BILL, bound_id=bound_id, city_code=bound.biller.city_code, amount_fen=most_yuan * 100,
        title=f"{bound.home}的{bound.biller.title}（户号尾号{bound.number_tail}）",
        target_hash=target_hash(About.BILL, f"{bound.biller.code}\0{bound.number}"),
    )  # fmt: skip
    return _write(actor, plan, cap_yuan, gateway_code, now)


def set_up_card(
    *,
    actor: Actor,
    issuer_code: str,
    card: str,
    threshold_yuan: int,
    amount_yuan: int,
    cap_yuan: int,
    gateway_code: str,
    consents: bool,
    now: datetime,
) -> int:
    """Agree to have a card topped up by ``amount_yuan`` when less than ``threshold_yuan`` is on it, and return the
    plan's id. Not inside a transaction: the card's issuer is asked.

    Raises:
        SignInRequired: nobody is signed in. NotFound: no such issuer.
        InvalidInput, CardUnknown: a sum, the card or the gateway cannot be right, or no consent.
        AlreadyAutomatic, TooManyPlans, TooManyRequests: see the classes. Unavailable: the issuer does not answer.
    """
    _require_citizen(actor)
    check_card_terms(threshold_yuan=threshold_yuan, amount_yuan=amount_yuan, cap_yuan=cap_yuan, consents=consents)
    _require_gateway(gateway_code)
    hit("autopay.set_up", str(actor.account_id), limit=_TRIES_AN_HOUR, window_seconds=3600, now=now)
    found = read_card(issuer_code=issuer_code, card=card)
    plan = Plan(
        about=About.CARD, card_issuer=found.issuer.code, card_sealed=encrypt(found.number, context=CARD),
        city_code=found.issuer.city_code, threshold_fen=threshold_yuan * 100, amount_fen=amount_yuan * 100,
        title=found.title, target_hash=target_hash(About.CARD, f"{found.issuer.code}\0{found.number}"),
    )  # fmt: skip
    return _write(actor, plan, cap_yuan, gateway_code, now)


def _require_citizen(actor: Actor) -> None:
    if actor.account_id is None or actor.kind is not ActorKind.CITIZEN or actor.hat is not None:
        raise SignInRequired


def _require_gateway(code: str) -> None:
    try:
        agreement_gateway(code)
    except KeyError:
        raise InvalidInput(fields={"gateway": "请选择从哪里扣款。"}) from None


def _write(actor: Actor, plan: Plan, cap_yuan: int, gateway_code: str, now: datetime) -> int:
    _require_gateway(gateway_code)
    assert actor.account_id is not None, "checked before"
    plan.id, plan.account_id, plan.state, plan.created_at = new_id(), actor.account_id, str(PlanState.SIGNING), now
    plan.monthly_cap_fen, plan.gateway, plan.look_at = cap_yuan * 100, gateway_code, now + pause_after(1)
    try:
        with scope(actor):
            if Plan.objects.filter(account_id=actor.account_id).exclude(state=PlanState.ENDED).count() >= MOST_PLANS:
                raise TooManyPlans
            plan.save(force_insert=True)
            audit.record(
                actor=actor, action="autopay.set_up", target="plan", target_id=plan.id, now=now,
                city_code=plan.city_code, details={"about": plan.about, "cap_fen": plan.monthly_cap_fen},
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyAutomatic from None
    return plan.id


def is_too_late_to_sign(plan: Plan, now: datetime) -> bool:
    """Whether a plan has waited for its signature long enough."""
    return now >= plan.created_at + TIME_TO_SIGN
