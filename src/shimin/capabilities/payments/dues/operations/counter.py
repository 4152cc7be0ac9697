"""Cash at a counter: a teller takes what a notice asks for, and counts the drawer at the end of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, connection

from shimin.capabilities.payments.dues.models import DrawerClose
from shimin.capabilities.payments.dues.operations.keeping import KIND
from shimin.capabilities.payments.public import TELLER, create_order, take_cash
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.clock import local_date
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput
from shimin.kernel.ids import new_id
from shimin.kernel.values.money import format_fen

LONGEST_WORDS = 200


class DrawerClosed(Conflict):
    """The drawer was counted for today: cash of today would not be in the count."""

    code = "drawer_closed"
    message = "今天已经扎账，不能再收现金。"
    mend = "请引导缴款人扫码缴款，或明天再来。"


@dataclass(frozen=True, slots=True)
class DrawerState:
    """A teller's drawer of one day; ``counted_fen`` is None until it is closed."""

    drawer: str
    day: date
    payments: int
    expected_fen: int
    counted_fen: int | None = None
    words: str = ""
    closed_at: datetime | None = None

    @property
    def difference_fen(self) -> int:
        return (self.counted_fen or 0) - self.expected_fen


def drawer_of(actor: Actor) -> str:
    """Return the teller's own drawer, as gateways are named.

    Raises:
        Forbidden: the actor is no teller.
    """
    if not actor.has_role(TELLER) or actor.account_id is None:
        raise Forbidden
    return f"cash:t{actor.account_id}"


def city_of(actor: Actor) -> str:
    """Return the city where the teller takes cash.

    Raises:
        Forbidden: the grant names none.
    """
    for grant in actor.grants:
        if grant.role == TELLER and grant.region_code:
            return grant.region_code
    raise Forbidden


def take_for_code(*, actor: Actor, code: str, received_fen: int, key: str, now: datetime) -> int:
    """Take cash for a notice and return the order's id. The same key again is the same payment.

    Raises:
        DrawerClosed: see the class. InvalidInput: less was handed over than is owed.
        PayableClosed, AlreadyPaid, BeingPaid, NotFound: it cannot be paid (now).
    """
    require_no_transaction()
    drawer = drawer_of(actor)
    if drawer_state(actor=actor, now=now).closed_at is not None:
        raise DrawerClosed
    order_id = create_order(actor=actor, lines=[(KIND, code)], purpose="counter", idempotency_key=key, now=now)
    with scope(actor):
        _lock(drawer)
        if _state(city_of(actor), drawer, local_date(now)).closed_at is not None:
            raise DrawerClosed
        take_cash(actor=actor, order_id=order_id, drawer=drawer, received_fen=received_fen, now=now)
    return order_id


def _lock(drawer: str) -> None:
    """No cash comes in between counting a drawer and closing it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payments.drawer'), hashtext(%s))", [drawer])


def drawer_state(*, actor: Actor, now: datetime) -> DrawerState:
    """Return the teller's drawer of today."""
    drawer, day, city_code = drawer_of(actor), local_date(now), city_of(actor)
    with scope(actor):
        return _state(city_code, drawer, day)


def _state(city_code: str, drawer: str, day: date) -> DrawerState:
    with connection.cursor() as cursor:
        cursor.execute("SELECT payments, fen FROM dues_drawer_expected(%s, %s, %s)", [city_code, drawer, day])
        payments, fen = cursor.fetchone()
    closed = DrawerClose.objects.filter(city_code=city_code, drawer=drawer, day=day).first()
    if closed is None:
        return DrawerState(drawer, day, payments, fen)
    return DrawerState(drawer, day, payments, closed.expected_fen, closed.counted_fen, closed.words, closed.closed_at)


def close_drawer(*, actor: Actor, counted_fen: int, words: str, now: datetime) -> DrawerState:
    """Close today's drawer with what was counted. A difference needs words and stays visible to finance.

    Raises:
        DrawerClosed: it is. InvalidInput: a difference without words.
    """
    drawer, day, city_code, words = drawer_of(actor), local_date(now), city_of(actor), words.strip()
    assert actor.account_id is not None, "drawer_of has looked"
    with scope(actor):
        _lock(drawer)
        state = _state(city_code, drawer, day)
        if state.closed_at is not None:
            raise DrawerClosed
        over = counted_fen - state.expected_fen
        faults: dict[str, str] = {}
        if counted_fen < 0:
            faults["counted"] = "清点金额不能是负数。"
        elif over and not 1 <= len(words) <= LONGEST_WORDS:
            faults["words"] = (
                f"账上应有{format_fen(state.expected_fen)}，{'多' if over > 0 else '少'}{format_fen(abs(over))}。"
                f"请再点一遍；确实不符的，写明原因（{LONGEST_WORDS}字以内）。"
            )
        if faults:
            raise InvalidInput(fields=faults)
        close = DrawerClose(
            id=new_id(), city_code=city_code, drawer=drawer, day=day, expected_fen=state.expected_fen,
            counted_fen=counted_fen, words=words if over else "",
            closed_by_id=actor.account_id, closed_at=now,
        )  # fmt: skip
        try:
            close.save(force_insert=True)
        except IntegrityError as error:
            raise DrawerClosed from error
        audit.record(
            actor=actor, action="dues.close_drawer", target="drawer", target_id=close.id, now=now, city_code=city_code,
            details={"expected": state.expected_fen, "counted": counted_fen},
        )  # fmt: skip
        return _state(city_code, drawer, day)


def list_closed(actor: Actor) -> list[DrawerState]:
    """Return the last closed drawers: all of the city for finance, a teller's own."""
    with scope(actor):
        rows = DrawerClose.objects.order_by("-id")[:50]
        return [
            DrawerState(row.drawer, row.day, 0, row.expected_fen, row.counted_fen, row.words, row.closed_at)
            for row in rows
        ]
