"""Cards of supervision (黄牌, 红牌): the worker issues them as lights turn, the agency appeals, the supervisor decides.

A card belongs to one round of a request (``level``): at most one of each colour. Its time is when the light turned
by the working calendar, however late the worker noticed.

Source: domain.md §1.6 (lights auto-issued; a unit may appeal).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.db import connection

from shimin.capabilities.service_requests.domain.filing import read_words
from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.lights import light_rule_for
from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.domain.steps import Action, step_of
from shimin.capabilities.service_requests.models import RequestStep, ServiceRequest
from shimin.capabilities.service_requests.operations.moving import write_step
from shimin.capabilities.service_requests.queries.rows import DISPATCHER, OFFICER, REVIEWER, SUPERVISOR, lock_request
from shimin.capabilities.service_requests.supervision.events import CardAppealed, CardDecided, CardIssued
from shimin.capabilities.service_requests.supervision.models import Card
from shimin.capabilities.service_requests.supervision.operations.ladder import urged
from shimin.kernel import audit, events
from shimin.kernel.actor import SYSTEM, Actor, ActorKind
from shimin.kernel.calendar import working_calendar
from shimin.kernel.calendar.lights import Light, LightRule
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from shimin.kernel.ids import new_id

LONGEST_APPEAL = 2_000
PAGE = 500
_COLOURS = (Light.YELLOW, Light.RED)
_LATE = """
    SELECT r.id, r.due_at, r.city_code, r.request_kind, r.is_emergency, r.filed_at, r.level
    FROM service_requests_request r
    WHERE r.is_clock_running AND r.due_at <= %s AND (r.due_at, r.id) > (%s, %s)
      AND NOT EXISTS (SELECT 1 FROM service_requests_card c
                      WHERE c.request_id = r.id AND c.level = r.level AND c.light = 'red')
    ORDER BY r.due_at, r.id LIMIT %s
"""
_URGED_WORDS = "已到答复期限，平台自动催办：请尽快办理并答复。"


class AppealNotOpen(Conflict):
    """The card was appealed before, or there is no appeal to decide."""

    code = "request_appeal_not_open"
    message = "这张牌已经申诉过，或没有等待裁定的申诉。"
    mend = "请刷新页面，看看最新情况。"


def issue_cards(now: datetime, *, most: int | None = None) -> int:
    """Issue the cards that are due by ``now`` and return how many; for the worker, again and again. Idempotent.

    With the first card the one who has the request in hand is urged (催办), once. ``most``: stop once so many are
    issued; a backlog of thousands would keep the events of new requests waiting behind its own.
    """
    issued, after = 0, (datetime(1970, 1, 1, tzinfo=UTC), 0)
    while True:
        with scope(SYSTEM), connection.cursor() as cursor:
            cursor.execute(_LATE, [now, *after, PAGE])
            rows = cursor.fetchall()
            known = set(
                Card.objects.filter(request_id__in=[row[0] for row in rows]).values_list("request_id", "level", "light")
            )
        for request_id, due_at, city_code, kind, is_emergency, filed_at, level in rows:
            after = (due_at, request_id)
            rule = light_rule_for(
                city_code=city_code, kind=RequestKind(kind), is_emergency=is_emergency, filed_at=filed_at
            )
            if any((request_id, level, str(each)) not in known for each in _turned(rule, due_at, now)):
                issued += _issue_open(request_id, now)
                if most is not None and issued >= most:
                    return issued
        if len(rows) < PAGE:
            return issued


def card_answered(*, step_id: int, now: datetime) -> int:
    """Issue the cards of an answer that came late, before the worker had looked; for the worker. Idempotent."""
    with scope(SYSTEM):
        step = RequestStep.objects.get(id=step_id)
        row = lock_request(step.request_id)  # the periodic job may be at the same request
        rounds = RequestStep.objects.filter(
            request_id=row.id, version__lte=step.version, action__in=[str(Action.REOPEN), str(Action.REDO)]
        ).count()
        turned = _turned(_rule(row), step.due_at, step.taken_at)
        return _issue(row, step.due_at, rounds, turned, agency_id=step.agency_id, now=now)


def appeal_card(*, actor: Actor, card_id: int, words: str, now: datetime) -> None:
    """Appeal a card, once, as an officer or reviewer of the agency that got it (the dispatcher where none had).

    Raises:
        InvalidInput: nothing is said.
        AppealNotOpen: see the class.
        Forbidden, NotFound: the card is another's.
    """
    text = read_words(words, longest=LONGEST_APPEAL)

    def change(card: Card) -> None:
        if card.appeal_state:
            raise AppealNotOpen
        card.appeal_state, card.appeal_words = "open", text
        card.appealed_by_id, card.appealed_at = actor.account_id, now
        card.save(update_fields=["appeal_state", "appeal_words", "appealed_by_id", "appealed_at"])
        event = CardAppealed(card_id=card.id, request_id=card.request_id, city_code=card.city_code)
        events.emit(event, aggregate="service_requests.card", aggregate_id=card.id, version=2, now=now)

    _change(actor, card_id, "appeal_card", _may_appeal, change, now, {})


def decide_appeal(*, actor: Actor, card_id: int, is_lifted: bool, words: str, now: datetime) -> None:
    """Decide an appeal with reasons, as the supervisor: the card is lifted (counts no more) or stays.

    Raises:
        InvalidInput: no reasons.
        AppealNotOpen: see the class.
        Forbidden, NotFound: see ``appeal_card``.
    """
    text = read_words(words, longest=LONGEST_APPEAL)

    def change(card: Card) -> None:
        if card.appeal_state != "open":
            raise AppealNotOpen
        card.appeal_state, card.decision_words = "lifted" if is_lifted else "upheld", text
        card.decided_by_id, card.decided_at = actor.account_id, now
        card.save(update_fields=["appeal_state", "decision_words", "decided_by_id", "decided_at"])
        event = CardDecided(card_id=card.id, request_id=card.request_id, city_code=card.city_code, is_lifted=is_lifted)
        events.emit(event, aggregate="service_requests.card", aggregate_id=card.id, version=3, now=now)

    _change(actor, card_id, "decide_appeal", _may_decide, change, now, {"lifted": is_lifted})


def _issue_open(request_id: int, now: datetime) -> int:
    """Issue what an open request has earned, under its lock: it may have been answered or put off meanwhile."""
    with scope(SYSTEM):
        row = lock_request(request_id)
        if not row.is_clock_running:
            return 0
        issued = _issue(row, row.due_at, row.level, _turned(_rule(row), row.due_at, now), row.agency_id, now)
        step = step_of(Action.URGE)
        if issued and row.rung == 0 and RequestState(row.state) in step.start:
            write_step(actor=SYSTEM, row=row, step=step, change=urged(row, _URGED_WORDS), now=now)
    return issued


def _issue(
    row: ServiceRequest,
    due_at: datetime,
    level: int,
    turned: dict[Light, datetime],
    agency_id: int | None,
    now: datetime,
) -> int:
    known = set(Card.objects.filter(request_id=row.id, level=level).values_list("light", flat=True))
    new = {light: at for light, at in turned.items() if str(light) not in known}
    for light, issued_at in new.items():
        card = Card(
            id=new_id(), request_id=row.id, city_code=row.city_code, agency_id=agency_id, level=level, light=str(light),
            due_at=due_at, issued_at=issued_at,
        )  # fmt: skip
        card.save(force_insert=True)
        audit.record(
            actor=SYSTEM, action="service_requests.issue_card", target="request", target_id=row.id, now=now,
            city_code=row.city_code, details={"card": card.id, "light": str(light), "agency": agency_id},
        )  # fmt: skip
        event = CardIssued(
            card_id=card.id, request_id=row.id, city_code=row.city_code, light=str(light), agency_id=agency_id
        )
        events.emit(event, aggregate="service_requests.card", aggregate_id=card.id, version=1, now=now)
    return len(new)


def _rule(row: ServiceRequest) -> LightRule:
    return light_rule_for(
        city_code=row.city_code,
        kind=RequestKind(row.request_kind),
        is_emergency=row.is_emergency,
        filed_at=row.filed_at,
    )


def _turned(rule: LightRule, due_at: datetime, instant: datetime) -> dict[Light, datetime]:
    """Return the colours that had come by ``instant``, and when."""
    calendar = working_calendar()
    turns = dict(
        zip(_COLOURS, (rule.turns_yellow_at(due_at, calendar), rule.turns_red_at(due_at, calendar)), strict=True)
    )
    return {light: at for light, at in turns.items() if instant >= at}


def _change(
    actor: Actor,
    card_id: int,
    action: str,
    may: Callable[[Actor, Card], bool],
    change: Callable[[Card], None],
    now: datetime,
    details: dict[str, bool],
) -> None:
    """Change a card under its lock; a refusal is recorded after the rollback."""
    if actor.kind is not ActorKind.STAFF:
        raise NotFound("没有找到这张牌。")
    try:
        with scope(actor):
            card = Card.objects.select_for_update(of=("self",)).filter(id=card_id).first()
            if card is None:
                raise NotFound("没有找到这张牌。")
            if not may(actor, card):
                raise Forbidden("您的岗位不能处理这张牌。")
            change(card)
            audit.record(
                actor=actor, action=f"service_requests.{action}", target="request", target_id=card.request_id, now=now,
                city_code=card.city_code, details={"card": card.id, **details},
            )  # fmt: skip
    except DomainError as refused:
        if not isinstance(refused, NotFound):
            audit.record_refusal(
                actor=actor, action=f"service_requests.{action}", target="card", target_id=card_id,
                reason=refused.code, now=now,
            )  # fmt: skip
        raise


def _may_appeal(actor: Actor, card: Card) -> bool:
    roles = (DISPATCHER,) if card.agency_id is None else (OFFICER, REVIEWER)
    return any(
        grant.role in roles
        and grant.agency_id in (None, card.agency_id)
        and grant.region_code in (None, card.city_code)
        for grant in actor.grants
    )


def _may_decide(actor: Actor, card: Card) -> bool:
    return any(
        grant.role == SUPERVISOR and grant.agency_id is None and grant.region_code in (None, card.city_code)
        for grant in actor.grants
    )
