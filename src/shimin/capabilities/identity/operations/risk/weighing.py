"""What the rules say about a sign-in; asked inside the auth scope that opens the session."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from shimin.capabilities.identity.domain import Client
from shimin.capabilities.identity.domain.risk import (
    NETWORK_MEMORY,
    Answer,
    Facts,
    Outcome,
    RiskRulesFaulty,
    Rule,
    Verdict,
    decide,
    read_rules,
)
from shimin.capabilities.identity.events import RiskNoted
from shimin.capabilities.identity.models import KnownDevice, RiskDecision, Session
from shimin.kernel import events
from shimin.kernel.ids import new_id

_FACTS = """
    SELECT count(*), coalesce(bool_or(network = %(network)s AND NOT is_held), false),
           count(DISTINCT network) FILTER (WHERE created_at > %(now)s - interval '1 hour' AND network <> %(network)s),
           (SELECT count(*) FROM identity_known_device
            WHERE account_id = %(account)s AND first_seen_at > %(now)s - interval '1 day'),
           %(demo)s AND EXISTS
           (SELECT 1 FROM identity_level_proof WHERE account_id = %(account)s AND method = 'demo')
    FROM identity_session WHERE account_id = %(account)s AND created_at > %(since)s
"""
_log = logging.getLogger(__name__)


def rules_of_the_city() -> tuple[Rule, ...]:
    """Return the rules that hold: the city's own file, else the shipped one; a faulty file is told and passed over."""
    path: Path = settings.SHIMIN.rules_dir / "risk.yaml"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return _read(None, 0)
    except RiskRulesFaulty as faulty:
        _log.error("risk rules: %s; the shipped ones hold", faulty)
        return _read(None, 0)


def weigh_sign_in(*, account_id: int, device: KnownDevice, client: Client, now: datetime) -> Verdict:
    """Return what the rules say about a sign-in; ``device`` is written already, the session is not."""
    values: dict[str, int | str | datetime] = {
        "account": account_id, "network": client.network, "now": now, "since": now - NETWORK_MEMORY,
        "demo": settings.SHIMIN.demo,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, values)
        sessions, is_used, other_networks, new_devices, is_shared = cursor.fetchone()
    if is_shared:
        return Verdict(Outcome.ALLOW)  # a demo's citizen is many visitors at once, with a public password
    facts = Facts(
        act="sign_in",
        device="known" if device.proved_at is not None else "new",
        network="used" if is_used or not sessions or not client.network else "new",
        networks_hour=other_networks + 1,
        new_devices_day=new_devices,
        device_hours=hours_since(device.first_seen_at, now),
    )
    return decide(rules_of_the_city(), facts)


def note_decision(
    *, session: Session, verdict: Verdict, act: str, answer: Answer, now: datetime, amount_fen: int = 0
) -> RiskDecision:
    """Write a decision down and tell it."""
    row = RiskDecision(
        id=new_id(), account_id=session.account_id, session_id=session.id, act=act, outcome=verdict.outcome,
        rules=[{"code": rule.code, "person": rule.person, "officer": rule.officer} for rule in verdict.rules],
        device_label=session.device_label, network=session.network, amount_fen=amount_fen, decided_at=now,
        answer=answer, answered_at=now if answer else None,
    )  # fmt: skip
    row.save(force_insert=True)
    event = RiskNoted(account_id=row.account_id, decision_id=row.id, act=act, outcome=row.outcome)
    events.emit(event, aggregate="identity.risk_decision", aggregate_id=row.id, version=1, now=now)
    return row


def hours_since(at: datetime, now: datetime) -> int:
    """Return the full hours between two moments."""
    return max(0, int((now - at).total_seconds()) // 3_600)


@lru_cache(maxsize=4)
def _read(path: Path | None, changed: int) -> tuple[Rule, ...]:
    return read_rules() if path is None else read_rules(path)
