"""The order of a deduction: one for each round, in its owner's name."""

from __future__ import annotations

from datetime import datetime

import structlog

from shimin.capabilities.payments.autopay.domain.states import DeductionState, Reason
from shimin.capabilities.payments.autopay.domain.terms import pause_after
from shimin.capabilities.payments.autopay.models import REF, Deduction
from shimin.capabilities.payments.autopay.operations.announcing import kind_of
from shimin.capabilities.payments.autopay.operations.failing import drop, hold_until, mark_taken, try_again
from shimin.capabilities.payments.public import (
    AlreadyPaid,
    BeingPaid,
    OrderKeyReused,
    OrderView,
    PayableClosed,
    create_order,
    get_order,
)
from shimin.kernel.actor import SYSTEM
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import InvalidInput, NotFound, Unavailable

PURPOSE = "auto_pay"
log = structlog.get_logger("shimin.autopay")


def place_order(deduction: Deduction, now: datetime) -> OrderView | None:
    """Return the order of a begun deduction, placing it when there is none; None when this step is over without one.

    Repeating it after a kill finds the same order by its key.
    """
    if deduction.order_id is not None:
        return get_order(deduction.order_id)
    order = _place(deduction, now)
    if order is None:
        return None
    if order.purpose != PURPOSE:  # the owner's own open order for the same bill: they are paying it just now
        hold_until(deduction, now + pause_after(deduction.tries))
        return None
    with scope(SYSTEM):
        Deduction.objects.filter(id=deduction.id, state=DeductionState.PLACED, order_id=None).update(
            order_id=order.order_id
        )
    deduction.order_id = order.order_id
    return order


def _place(deduction: Deduction, now: datetime) -> OrderView | None:
    ref = decrypt(bytes(deduction.ref_sealed), context=REF)
    try:
        order_id = create_order(
            actor=SYSTEM, lines=[(kind_of(deduction.plan), ref)], purpose=PURPOSE, now=now,
            idempotency_key=f"autopay-{deduction.id}-{deduction.round}", payer_account_id=deduction.account_id,
        )  # fmt: skip
        return get_order(order_id)
    except AlreadyPaid as paid:
        own = get_order(paid.order_id) if paid.order_id is not None else None
        if own is not None and own.purpose == PURPOSE:  # an earlier round's money came after all
            mark_taken(deduction, own.order_id, now)
        else:
            drop(deduction, Reason.PAID_ELSEWHERE, now)
    except (PayableClosed, NotFound):
        drop(deduction, Reason.NOT_OWED, now)
    except OrderKeyReused:  # placed for another sum before a kill: that order runs out by itself
        try_again(deduction, now)
    except (BeingPaid, Unavailable) as error:
        log.info("autopay.order_waits", deduction_id=deduction.id, code=error.code)
        hold_until(deduction, now + pause_after(deduction.tries))
    except InvalidInput as error:
        log.error("autopay.order_refused", deduction_id=deduction.id, code=error.code)
        drop(deduction, Reason.REFUSED, now)
    return None
