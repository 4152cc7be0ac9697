"""Place an order: ask the keepers with no transaction open, then claim the debts and write it in one statement."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from django.db import IntegrityError, OperationalError, connection

from shimin.capabilities.identity.public import require_safe_payment
from shimin.capabilities.payments.domain.placing import (
    TIME_TO_PAY,
    AlreadyPaid,
    BeingPaid,
    OrderKeyReused,
    check_key,
    check_owed,
    check_refs,
    content_hash,
    title_of,
)
from shimin.capabilities.payments.events import OrderPlaced
from shimin.capabilities.payments.handles import claim_hash, key_hash, link_hash, link_secret
from shimin.capabilities.payments.ports import Owed, payable
from shimin.capabilities.payments.queries.claims import find_claim
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import NotFound, Unavailable
from shimin.kernel.ids import new_id
from shimin.kernel.values.numbers import new_public_number

_TRIES = 5
_CITY, _NUMBER = 3, 4  # places among the statement's values
_PLACE = f"""
    WITH placed AS MATERIALIZED (
        SELECT * FROM payments_place_order(
            %s, %s, %s, %s, %s, %s::bigint, %s, %s, %s, %s, %s, %s, %s::jsonb)
    ), noted AS ({audit.INSERT} FROM placed WHERE outcome = 'placed'
    ), told AS ({events.INSERT} FROM placed WHERE outcome = 'placed')
    SELECT outcome, order_id, at, is_own FROM placed
"""  # noqa: S608 - constants only


def create_order(
    *,
    actor: Actor,
    lines: Sequence[tuple[str, str]],
    purpose: str,
    idempotency_key: str,
    now: datetime,
    payer_account_id: int | None = None,
) -> int:
    """Place an order for debts given as (kind, ref) and return its id. Not inside a transaction.

    Idempotent for ever per (payer, key). The same payer asking again for the same debts gets the open order back.
    ``payer_account_id`` is for the worker, which pays on a person's mandate; everybody else pays for themselves.
    ``purpose`` is a word of the calling capability ("fine", "bill", "top_up").

    Raises:
        InvalidInput, NotFound, PayableClosed: what is asked for cannot be paid so.
        AlreadyPaid, BeingPaid: one of the debts has been paid, or is held by another order.
        OrderKeyReused: the key made an order for something else.
        ProofRequired: the risk rules want to know first that it is really the payer.
    """
    require_no_transaction()
    check_refs(lines)
    asker = actor if payer_account_id is None else on_mandate_of(actor, payer_account_id)
    owed = [ask_keeper(asker, kind, ref, now) for kind, ref in lines]
    return place(
        actor=actor, owed=owed, purpose=purpose, idempotency_key=idempotency_key, now=now,
        payer_account_id=payer_account_id,
    )  # fmt: skip


def on_mandate_of(actor: Actor, payer_account_id: int) -> Actor:
    """Return as whom the worker asks keepers when it pays on a mandate: with the payer's account, as no person.

    Its kind stays: the worker's login may take no other role.
    """
    return replace(actor, account_id=payer_account_id) if actor.kind is ActorKind.SYSTEM else actor


def ask_keeper(actor: Actor, kind: str, ref: str, now: datetime) -> Owed:
    """Return what a keeper says is owed.

    Raises:
        NotFound: nobody keeps that kind, or its keeper knows no such debt.
        AlreadyPaid: the keeper does not take it any more because it was paid here.
    """
    try:
        keeper = payable(kind)
    except KeyError:
        raise NotFound from None
    owed = keeper.owed(actor=actor, ref=ref, now=now)
    if not owed.is_open:
        claim = find_claim(actor=actor, kind=kind, ref=ref, now=now)
        if claim is not None and claim.is_paid:
            raise AlreadyPaid(claim.at, claim.own_order_id)
    return owed


def place(
    *,
    actor: Actor,
    owed: Sequence[Owed],
    purpose: str,
    idempotency_key: str,
    now: datetime,
    payer_account_id: int | None = None,
) -> int:
    """Claim debts that their keepers have just told, and write the order; see ``create_order``.

    For a capability that asks keepers in another's name: it has that person's leave, and decides what titles tell.
    """
    check_key(idempotency_key)
    check_owed(owed)
    require_safe_payment(actor=actor, amount_fen=sum(each.amount_fen for each in owed), now=now)
    payer = payer_account_id if actor.kind is ActorKind.SYSTEM else _payer_of(actor)
    order_id = new_id()
    outcome, other_id, at, is_own = _run(
        actor, _values(actor, owed, purpose, idempotency_key, payer, order_id, now), now
    )
    match outcome:
        case "placed" | "repeated":
            return int(other_id)
        case "key_reused":
            raise OrderKeyReused
        case "paid":
            raise AlreadyPaid(at, other_id if is_own else None)
        case _:
            raise BeingPaid(at, other_id if is_own else None)


def _payer_of(actor: Actor) -> int | None:
    """Return the paying account: a teller takes cash from whoever stands there."""
    return actor.account_id if actor.kind is ActorKind.CITIZEN else None


def _values(
    actor: Actor, owed: Sequence[Owed], purpose: str, key: str, payer: int | None, order_id: int, now: datetime
) -> list[Any]:
    city_code = owed[0].city_code
    content = content_hash(owed)
    noted = audit.row(
        actor=actor, action="payments.place_order", target="order", target_id=order_id, now=now, city_code=city_code,
        details={"purpose": purpose, "lines": len(owed), "fen": sum(each.amount_fen for each in owed)},
    )  # fmt: skip
    event = OrderPlaced(
        order_id=order_id, city_code=city_code, purpose=purpose,
        channel="counter" if actor.kind is ActorKind.STAFF else actor.channel,
        agency_ids=tuple(sorted({each.agency_id for each in owed if each.agency_id is not None})),
    )  # fmt: skip
    told = events.row(event, aggregate="payments.order", aggregate_id=order_id, version=1, now=now)
    return [
        key_hash(payer, key), hashlib.sha256(purpose.encode() + content).digest(), order_id, city_code,
        new_public_number(city_code, now), payer, link_hash(link_secret(order_id)), purpose, title_of(owed), content,
        now, now + TIME_TO_PAY, orjson.dumps([_line(each) for each in owed]).decode(), *noted, *told,
    ]  # fmt: skip


def _line(owed: Owed) -> dict[str, Any]:
    return {
        "id": new_id(), "kind": owed.kind, "ref": owed.ref, "hash": claim_hash(owed.kind, owed.ref).hex(),
        "title": owed.title, "amount": owed.amount_fen, "payee": owed.payee_code, "payee_name": owed.payee_name,
        "agency": owed.agency_id, "item": owed.item_code,
    }  # fmt: skip


def _run(actor: Actor, values: list[Any], now: datetime) -> tuple[Any, ...]:
    """Run the statement; when another order was quicker by less than a statement, look again.

    A number that is taken already is drawn again: forty thousand orders of a city in a day meet as likely as not.
    """
    for _ in range(_TRIES):
        try:
            with scope(actor), connection.cursor() as cursor:
                cursor.execute(_PLACE, values)
                row: tuple[Any, ...] = cursor.fetchone()
                return row
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in ("40001", "40P01"):
                raise
        except IntegrityError as error:
            if "payments_order_number" not in str(error):
                raise
            values[_NUMBER] = new_public_number(values[_CITY], now)
    raise Unavailable("同时缴这笔款的人太多。", mend="请稍等片刻再试，不会重复收款。", retry_after_seconds=2)
