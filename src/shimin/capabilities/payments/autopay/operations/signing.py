"""The gateway's agreement: sent to be signed, believed when the gateway says so, ended there when it is ended here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import connection

from shimin.capabilities.payments.autopay.domain.states import PlanState, Reason
from shimin.capabilities.payments.autopay.events import AutoPaySigned
from shimin.capabilities.payments.autopay.handles import external_no, plan_of
from shimin.capabilities.payments.autopay.models import Plan
from shimin.capabilities.payments.autopay.operations.changes import PlanNotLive, note_plan_end, skip_announced
from shimin.capabilities.payments.autopay.queries.plans import PlanView, get_plan_for
from shimin.capabilities.payments.public import (
    AgreementGateway,
    AgreementOffer,
    AgreementState,
    AgreementWord,
    GatewayRefused,
    agreement_gateway,
)
from shimin.kernel import audit, events
from shimin.kernel.actor import ANONYMOUS, SYSTEM, Actor
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import Unavailable

BATCH = 20
log = structlog.get_logger("shimin.autopay")

_NOTE = "SELECT outcome, plan_version, city_code, ended_by FROM autopay_note_agreement(%s, %s, %s, %s, %s)"
_LEASE_ENDS = """
    UPDATE autopay_plan SET unsign_tries = unsign_tries + 1,
        unsign_at = %s::timestamptz + make_interval(secs => least(30 * power(2, least(unsign_tries, 20)), 21600))
    WHERE id IN (
        SELECT id FROM autopay_plan WHERE unsign_at <= %s ORDER BY unsign_at LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING id, gateway
"""


@dataclass(frozen=True, slots=True)
class _Noted:
    outcome: str
    version: int
    city_code: str
    ended_by: str


def require_gateway(code: str) -> AgreementGateway:
    """Return a plan's gateway. Raises Unavailable: it is not connected any more."""
    try:
        return agreement_gateway(code)
    except KeyError:
        raise Unavailable("这个支付机构现在没有连接。") from None


def open_signing(*, actor: Actor, plan_id: int, return_url: str, notify_url: str) -> str:
    """Return the address where the owner signs.

    Raises:
        NotFound: the plan is not there, or another's. PlanNotLive: it was signed, or ended.
        Unavailable: the gateway's keys are not there.
    """
    plan = get_plan_for(actor=actor, plan_id=plan_id)
    if plan.state is not PlanState.SIGNING:
        raise PlanNotLive
    offer = AgreementOffer(external_no(plan_id), plan.amount_fen, return_url, notify_url)
    return require_gateway(plan.gateway).open_signing(offer)


def check_signing(*, actor: Actor, plan_id: int, now: datetime) -> PlanView:
    """Ask the gateway whether the owner signed, and return the plan as it then stands: what a page does when they come
    back. A gateway that does not answer changes nothing.

    Raises:
        NotFound: the plan is not there, or another's.
    """
    plan = get_plan_for(actor=actor, plan_id=plan_id)
    if plan.state is not PlanState.SIGNING:
        return plan
    require_no_transaction()
    try:
        word = require_gateway(plan.gateway).query_agreement(external_no(plan_id))
    except Unavailable:
        log.warning("autopay.signature_not_asked", plan_id=plan_id)
        return plan
    if word.state is AgreementState.ACTIVE:
        note_agreement(actor=actor, gateway_code=plan.gateway, word=word, now=now)
    return get_plan_for(actor=actor, plan_id=plan_id)


def note_agreement(*, gateway_code: str, word: AgreementWord, now: datetime, actor: Actor = ANONYMOUS) -> str:
    """Take a gateway's proved word that an agreement was signed, or ended; safe to repeat and in any order.

    Returns "signed", "ended", "repeated", or "unknown" (not a plan of ours, another gateway's, or another agreement:
    not believed). A plan that has ended stays ended: an agreement signed for it afterwards is ended at the gateway.
    """
    plan_id = plan_of(word.external_no)
    if plan_id is None or word.state not in (AgreementState.ACTIVE, AgreementState.ENDED):
        return "unknown"
    with scope(actor):
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [plan_id, gateway_code, word.agreement_no, str(word.state), now])
            noted = _Noted(*cursor.fetchone())
        if noted.outcome == "signed":
            audit.record(
                actor=actor, action="autopay.sign", target="plan", target_id=plan_id, now=now,
                city_code=noted.city_code, details={"gateway": gateway_code},
            )  # fmt: skip
            event = AutoPaySigned(plan_id=plan_id, city_code=noted.city_code)
            events.emit(event, aggregate="autopay.plan", aggregate_id=plan_id, version=noted.version, now=now)
        elif noted.outcome == "ended":
            row = Plan(id=plan_id, city_code=noted.city_code, ended_by=noted.ended_by, version=noted.version)
            note_plan_end(actor, row, now)
    if noted.outcome == "unknown":
        log.error("autopay.word_refused", gateway=gateway_code, plan_id=plan_id)
        audit.record_refusal(
            actor=actor, action="autopay.agreement", target="plan", target_id=plan_id, reason="unknown", now=now
        )
    return noted.outcome


def end_at_gateways(now: datetime) -> int:
    """Tell gateways of agreements that are over, until they have said yes; the worker calls it. Returns how many."""
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_LEASE_ENDS, [now, now, BATCH])
        due = cursor.fetchall()
    for plan_id, gateway_code in due:
        end_at_gateway(actor=SYSTEM, plan_id=plan_id, gateway_code=gateway_code)
    return len(due)


def end_at_gateway(*, actor: Actor, plan_id: int, gateway_code: str) -> bool:
    """Tell the gateway that an agreement is over; False when it has not said yes: the worker tells it again."""
    require_no_transaction()
    try:
        require_gateway(gateway_code).end_agreement(external_no(plan_id))
    except (Unavailable, GatewayRefused) as error:
        log.warning("autopay.end_not_told", gateway=gateway_code, plan_id=plan_id, code=error.code)
        return False
    with scope(actor):
        Plan.objects.filter(id=plan_id, state=PlanState.ENDED).update(unsign_at=None)
    return True


def clear_after_end(plan_id: int, now: datetime) -> Plan:
    """Skip what a plan that has ended had announced, and return it; for the worker, in its scope."""
    plan = Plan.objects.select_for_update().get(id=plan_id)
    if plan.state == PlanState.ENDED:
        skip_announced(SYSTEM, plan, Reason.WITHDRAWN, now)
    return plan
