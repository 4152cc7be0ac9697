"""What the risk rules decided: for the person, for a session that is held, and for who looks after the rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain.risk import PROOF_COUNTS, Answer, Outcome
from shimin.capabilities.identity.models import Account, CodeGenerator, KnownDevice, Passkey, RiskDecision, Session
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import auth_scope, scope
from shimin.kernel.errors import Forbidden, SignInRequired
from shimin.kernel.values.masking import mask_phone

ROLE = "identity.risk"
PAGE = 100
_COUNTED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision as pages show it. ``why`` is for the reader: the person's words or the officer's."""

    decision_id: int
    session_id: int
    act: str
    outcome: Outcome
    why: tuple[str, ...]
    codes: tuple[str, ...]
    device_label: str
    network: str
    amount_fen: int
    decided_at: datetime
    answer: Answer
    answered_at: datetime | None
    is_of_this_session: bool = False

    @property
    def may_answer(self) -> bool:
        return self.answer is Answer.OPEN

    @property
    def light(self) -> str:
        return {Answer.OPEN: "amber", Answer.NOT_MINE: "red"}.get(self.answer, "green")


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device that the account knows; ``name`` is the owner's word, else empty."""

    device_id: int
    name: str
    device_label: str
    network: str
    first_seen_at: datetime
    last_seen_at: datetime
    is_proved: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """Whether a session has to prove who uses it, why, and by which ways the account can."""

    is_held: bool
    proved_at: datetime | None
    why: tuple[str, ...]
    phone: str
    has_code_app: bool
    has_passkey: bool

    def is_needed(self, now: datetime) -> bool:
        """Tell whether a proof would change anything now."""
        return self.is_held or self.proved_at is None or self.proved_at <= now - PROOF_COUNTS


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule spoke in thirty days, and what people said of it."""

    code: str
    times: int
    proved: int
    mine: int
    not_mine: int


def list_own_decisions(actor: Actor) -> list[DecisionView]:
    """Return the latest decisions about the actor's account, with the words for the person.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None:
        raise SignInRequired
    with scope(actor):
        rows = list(RiskDecision.objects.filter(account_id=actor.account_id).order_by("-id")[:20])
    return [_view(row, "person", actor.session_id) for row in rows]


def list_devices(actor: Actor) -> list[DeviceView]:
    """Return the devices that the actor's account knows, the latest used first.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None:
        raise SignInRequired
    with scope(actor):
        current = Session.objects.filter(id=actor.session_id or 0, device_id=OuterRef("id"))
        known = KnownDevice.objects.filter(account_id=actor.account_id).annotate(is_current=Exists(current))
        rows = list(known.order_by("-last_seen_at")[:50])
    return [
        DeviceView(
            row.id, row.name, row.device_label, row.network, row.first_seen_at, row.last_seen_at,
            row.proved_at is not None, row.is_current,
        )
        for row in rows
    ]  # fmt: skip


def get_hold(actor: Actor) -> Hold:
    """Return how the actor's own session stands with the risk rules. Not inside a scope.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    with auth_scope(actor):
        session = Session.objects.filter(id=actor.session_id).first()
        account = Account.objects.get(id=actor.account_id)
        rows = list(RiskDecision.objects.filter(session_id=actor.session_id, answer=Answer.OPEN).order_by("-id")[:5])
        has_app = CodeGenerator.objects.filter(account=account).exists()
        has_passkey = Passkey.objects.filter(account=account).exists()
    phone = handles.open_phone(account.phone)
    return Hold(
        is_held=session is not None and session.is_held, proved_at=session.proved_at if session else None,
        why=tuple(dict.fromkeys(rule["person"] for row in rows for rule in row.rules)),
        phone=mask_phone(phone) if phone else "", has_code_app=has_app, has_passkey=has_passkey,
    )  # fmt: skip


def list_decisions(actor: Actor, *, decision_id: int | None = None) -> list[DecisionView]:
    """Return all people's latest decisions, or the one of a number, with the words for the officer; nobody is named.

    Raises:
        Forbidden: not who looks after the rules.
    """
    _require_officer(actor)
    rows = RiskDecision.objects.order_by("-id")
    if decision_id is not None:
        rows = rows.filter(id=decision_id if 0 < decision_id < 1 << 63 else 0)
    with scope(actor):
        found = list(rows[:PAGE])
    return [_view(row, "officer", None) for row in found]


def count_by_rule(actor: Actor, now: datetime) -> list[RuleCount]:
    """Return how often each rule spoke in thirty days: one that people call a false alarm too often is to be changed.

    Raises:
        Forbidden: not who looks after the rules.
    """
    _require_officer(actor)
    with scope(actor):
        rows = list(RiskDecision.objects.filter(decided_at__gt=now - _COUNTED).values_list("rules", "answer")[:100_000])
    seen = Counter((rule["code"], answer) for rules, answer in rows for rule in rules)
    codes = sorted({code for code, _ in seen})
    return [
        RuleCount(
            code, sum(seen[code, each] for each in map(str, Answer)), seen[code, "proved"], seen[code, "mine"],
            seen[code, "not_mine"],
        )
        for code in codes
    ]  # fmt: skip


def count_disowned(actor: Actor) -> int | None:
    """Return how many of the latest decisions people said "not me" of."""
    with scope(actor):
        return RiskDecision.objects.filter(answer=Answer.NOT_MINE).order_by("-id")[:PAGE].count() or None


def _require_officer(actor: Actor) -> None:
    if actor.kind is not ActorKind.STAFF or not actor.has_role(ROLE):
        raise Forbidden


def _view(row: RiskDecision, reader: str, session_id: int | None) -> DecisionView:
    return DecisionView(
        decision_id=row.id, session_id=row.session_id, act=row.act, outcome=Outcome(row.outcome),
        why=tuple(rule[reader] for rule in row.rules), codes=tuple(rule["code"] for rule in row.rules),
        device_label=row.device_label, network=row.network, amount_fen=row.amount_fen, decided_at=row.decided_at,
        answer=Answer(row.answer), answered_at=row.answered_at, is_of_this_session=row.session_id == session_id,
    )  # fmt: skip
