"""Opening and rotating sessions; called inside the auth scope of an operation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.identity.domain import SESSION_LIMITS, AccountKind, Client, EndReason, level_now
from shimin.capabilities.identity.domain.risk import Answer, Outcome, Verdict
from shimin.capabilities.identity.events import SessionEnded, SignedIn
from shimin.capabilities.identity.models import Account, CodeGenerator, KnownDevice, Passkey, RiskDecision, Session
from shimin.capabilities.identity.operations.risk.weighing import note_decision, weigh_sign_in
from shimin.capabilities.identity.tokens import new_token, token_hash
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind, AssuranceLevel
from shimin.kernel.errors import ProofRequired, SignInRequired
from shimin.kernel.ids import new_id

_SEEN_AGAIN = """
    UPDATE identity_known_device SET last_seen_at = %s, network = %s, proved_at = coalesce(proved_at, %s)
    WHERE account_id = %s AND hash = %s RETURNING *
"""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """What the browser or program is given. The tokens exist here and in its hands only."""

    token: str
    expires_at: datetime
    device_token: str
    actor: Actor


def open_session(
    *, account: Account, client: Client, before: Actor, now: datetime, is_first: bool = False,
    method: str = "password", is_proved: bool = True, at_most: AssuranceLevel = AssuranceLevel.IN_PERSON,
) -> OpenedSession:  # fmt: skip
    """Open a session for an account whose password or code was right, and end the one the browser had before.

    ``is_proved`` False: a password only. Then the risk rules may hold the session: it opens at the phone's level, until
    a second proof is given (``operations.risk.proving``), where the account has a way to give one.
    ``at_most`` caps the level of a session that another session let in.
    """
    kind = AccountKind(account.account_kind)
    limits = SESSION_LIMITS[kind]
    device, token_of_device, is_known = _remember_device(account.id, client, is_proved, now)
    verdict = Verdict(Outcome.ALLOW)
    if kind is AccountKind.CITIZEN and not is_first:
        verdict = weigh_sign_in(account_id=account.id, device=device, client=client, now=now)
    is_held = verdict.outcome is Outcome.PROVE and not is_proved and _can_prove(account)
    level = min(level_now(account.level, account.level_until, now), at_most)
    token = new_token()
    session = Session(
        id=new_id(), hash=_hash(token), account_id=account.id, method=method,
        level=min(level, AssuranceLevel.PHONE) if is_held else level, verified_at=now,
        step_up_until=now + limits.step_up, created_at=now, last_seen_at=now, expires_at=now + limits.absolute,
        idle_minutes=int(limits.idle.total_seconds()) // 60, device_label=client.device_label, network=client.network,
        device_id=device.id, is_held=is_held, proved_at=now if is_proved else None,
    )  # fmt: skip
    session.save(force_insert=True)
    if verdict.outcome is not Outcome.ALLOW:
        note_decision(
            session=session, verdict=verdict, act="sign_in", answer=Answer.PROVED if is_proved else Answer.OPEN, now=now
        )
    actor = Actor(
        ActorKind(kind), account_id=account.id, person_id=account.person_id, session_id=session.id,
        level=AssuranceLevel(session.level),
    )  # fmt: skip
    if before.account_id == account.id and before.session_id is not None:
        end_rows(actor, [before.session_id], EndReason.REPLACED, now)
    audit.record(
        actor=actor, action="identity.sign_in", target="session", target_id=session.id, now=now,
        details={"risk": [rule.code for rule in verdict.rules], "held": is_held},
    )  # fmt: skip
    event = SignedIn(account_id=account.id, session_id=session.id, is_new_device=not (is_known or is_first))
    events.emit(event, aggregate="identity.session", aggregate_id=session.id, version=1, now=now)
    return OpenedSession(token, session.expires_at, token_of_device, actor)


def raise_session(
    *, actor: Actor, account: Account, method: str, now: datetime, proves: bool = False
) -> OpenedSession:  # fmt: skip
    """Lift the actor's session to the account's level, under a new token: the old one is worthless from now on.

    ``proves``: a second proof was given, so that the session is no longer held and its device is the person's own.

    Raises:
        SignInRequired: the session has ended meanwhile.
        ProofRequired: the risk rules hold the session, and this is no proof.
    """
    rows = Session.objects.select_for_update().filter(account_id=account.id, ended_at=None)
    session = rows.filter(id=actor.session_id).first() if actor.session_id is not None else None
    if session is None:
        raise SignInRequired
    if session.is_held and not proves:
        raise ProofRequired
    token = new_token()
    level = level_now(account.level, account.level_until, now)
    session.hash, session.level, session.method, session.verified_at = _hash(token), level, method, now
    session.step_up_until = now + SESSION_LIMITS[AccountKind(account.account_kind)].step_up
    if proves:
        session.is_held, session.proved_at = False, now
        KnownDevice.objects.filter(id=session.device_id or 0, proved_at=None).update(proved_at=now)
        RiskDecision.objects.filter(session_id=session.id, answer=Answer.OPEN).update(
            answer=Answer.PROVED, answered_at=now
        )
    session.save(
        update_fields=["hash", "level", "method", "verified_at", "step_up_until", "is_held", "proved_at"]
    )  # fmt: skip
    raised = Actor(
        actor.kind, account_id=account.id, person_id=account.person_id, session_id=session.id, level=level,
        grants=actor.grants, channel=actor.channel,
    )  # fmt: skip
    return OpenedSession(token, session.expires_at, "", raised)


def end_rows(actor: Actor, session_ids: list[int], reason: EndReason, now: datetime) -> int:
    """End sessions of the actor's account that are open, with audit and event for each; return how many."""
    account_id = actor.account_id or 0
    rows = Session.objects.filter(id__in=session_ids, account_id=account_id, ended_at=None)
    open_ids = list(rows.select_for_update().values_list("id", flat=True))
    Session.objects.filter(id__in=open_ids).update(ended_at=now, end_reason=reason)
    for session_id in open_ids:
        audit.record(
            actor=actor, action="identity.end_session", target="session", target_id=session_id, now=now,
            details={"reason": reason},
        )  # fmt: skip
        event = SessionEnded(account_id=account_id, session_id=session_id, reason=reason)
        events.emit(event, aggregate="identity.session", aggregate_id=session_id, version=2, now=now)
    return len(open_ids)


def _remember_device(
    account_id: int, client: Client, is_proved: bool, now: datetime
) -> tuple[KnownDevice, str, bool]:  # fmt: skip
    """Note that the account uses this browser; return it, the browser's token, and whether it was known before."""
    hashed = token_hash(client.device_token)
    if hashed is not None:
        values = [now, client.network, now if is_proved else None, account_id, hashed]
        for row in KnownDevice.objects.raw(_SEEN_AGAIN, values):
            return row, client.device_token, True
    token = client.device_token if hashed is not None else new_token()
    row = KnownDevice(
        id=new_id(), account_id=account_id, hash=_hash(token), device_label=client.device_label,
        network=client.network, proved_at=now if is_proved else None, first_seen_at=now, last_seen_at=now,
    )  # fmt: skip
    row.save(force_insert=True)
    return row, token, False


def _can_prove(account: Account) -> bool:
    """Tell whether the account could give a second proof; without phone, app and passkey it would stay shut."""
    if account.phone:
        return True
    return (
        CodeGenerator.objects.filter(account=account).exists() or Passkey.objects.filter(account=account).exists()
    )  # fmt: skip


def _hash(token: str) -> bytes:
    hashed = token_hash(token)
    if hashed is None:
        raise ValueError("not a token")
    return hashed
