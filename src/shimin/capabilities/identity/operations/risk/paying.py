"""What the rules say about a payment, asked before its order is placed."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.domain.risk import PROOF_COUNTS, Answer, Facts, Outcome, decide, smallest_amount
from shimin.capabilities.identity.models import KnownDevice, RiskDecision, Session
from shimin.capabilities.identity.operations.risk.weighing import hours_since, note_decision, rules_of_the_city
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import ProofRequired


def require_safe_payment(*, actor: Actor, amount_fen: int, now: datetime) -> None:
    """Let a payment pass that the risk rules allow. Not inside a transaction; small amounts ask the database nothing.

    Staff, machines and people without an account are not weighed: no session of a person stands behind them.

    Raises:
        ProofRequired: the rules want a second proof within the last quarter of an hour.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.session_id is None:
        return
    rules = rules_of_the_city()
    floor = smallest_amount(rules)
    if floor is None or amount_fen < floor:
        return
    with auth_scope(actor):
        session = Session.objects.filter(id=actor.session_id, account_id=actor.account_id or 0).first()
        if session is None:
            return
        device = KnownDevice.objects.filter(id=session.device_id or 0).first()
        facts = Facts(
            act="pay",
            device="known" if device is not None and device.proved_at is not None else "new",
            device_hours=hours_since(device.first_seen_at if device else session.created_at, now),
            amount_fen=amount_fen,
        )
        verdict = decide(rules, facts)
        if verdict.outcome is Outcome.ALLOW:
            return
        is_proved = session.proved_at is not None and session.proved_at > now - PROOF_COUNTS
        waiting = RiskDecision.objects.filter(session_id=session.id, act="pay", answer=Answer.OPEN)
        if not is_proved and not waiting.exists():
            note_decision(
                session=session, verdict=verdict, act="pay", answer=Answer.OPEN, amount_fen=amount_fen, now=now
            )
    if verdict.outcome is Outcome.PROVE and not is_proved:
        raise ProofRequired
