"""Bind an account by number, with a check at its biller; remove it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError

from shimin.capabilities.payments.billing.domain.billers import find_biller
from shimin.capabilities.payments.billing.domain.bills import Holder
from shimin.capabilities.payments.billing.events import AccountBound, AccountUnbound
from shimin.capabilities.payments.billing.models import BoundAccount
from shimin.capabilities.payments.billing.ports import biller_system
from shimin.capabilities.payments.billing.queries.bound import CONTEXT, get_bound_for, number_hash
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.crypto import encrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, InvalidInput, SignInRequired
from shimin.kernel.ids import new_id
from shimin.kernel.rate import hit

MOST_BOUND = 20
LONGEST_HOME = 12
_TRIES_AN_HOUR = 20


class AccountNotMatched(InvalidInput):
    """The biller does not know this number under this holder. It does not say which of the two is wrong."""

    code = "bill_account_not_matched"
    message = "户号和户名对不上，没有绑定。"
    mend = "请对照最近一张账单，户名要写全名；仍对不上，请向收费单位核实。"


class AlreadyBound(Conflict):
    """The person has bound this account before."""

    code = "bill_account_bound"
    message = "这个户号您已经绑定过了。"
    mend = "可以在“生活缴费”里直接看它的账单。"


class TooManyBound(Conflict):
    """Twenty are enough for a family's homes; more is somebody who collects."""

    code = "too_many_bill_accounts"
    message = f"最多绑定 {MOST_BOUND} 个户号。"
    mend = "请先解绑不用的户号。"


def bind_account(
    *, actor: Actor, biller_code: str, number: str, holder_name: str, home: str, consents: bool, now: datetime
) -> int:
    """Bind an account and return its id. Not inside a transaction: the biller is asked.

    ``home`` is the person's own word for the place ("爸妈家"). ``consents``: the holder is the person themselves, or
    has agreed that they see and pay the bills.

    Raises:
        SignInRequired: nobody is signed in. NotFound: no such biller.
        InvalidInput: a field is missing or cannot be right; AccountNotMatched: see the class.
        AlreadyBound, TooManyBound, TooManyRequests: more tries than a person needs.
        Unavailable: the biller does not answer.
    """
    if actor.account_id is None or actor.kind is not ActorKind.CITIZEN or actor.hat is not None:
        raise SignInRequired
    biller = find_biller(biller_code)
    _check_words(holder_name, home, consents)
    number = biller.check_number(number)
    hit("billing.bind", str(actor.account_id), limit=_TRIES_AN_HOUR, window_seconds=3600, now=now)
    holder = biller_system().check_account(biller, number, holder_name.strip())
    if holder is None:
        audit.record_refusal(
            actor=actor, action="billing.bind_account", target="biller", target_id=None, reason=AccountNotMatched.code,
            now=now, city_code=biller.city_code,
        )  # fmt: skip
        raise AccountNotMatched
    bound = BoundAccount(
        id=new_id(), account_id=actor.account_id, city_code=biller.city_code, biller_code=biller.code,
        number_sealed=encrypt(number, context=CONTEXT), number_hash=number_hash(biller.code, number),
        number_tail=number[-4:], home=home.strip(), bound_at=now, remind_after=now,
    )  # fmt: skip
    return _write(actor, bound, holder, now)


def _check_words(holder_name: str, home: str, consents: bool) -> None:
    faults = {}
    if not 1 <= len(holder_name.strip()) <= 100:
        faults["holder_name"] = "请填写户名，要和账单上一样。"
    if not 1 <= len(home.strip()) <= LONGEST_HOME:
        faults["home"] = f"请给这个家起个名字，最多 {LONGEST_HOME} 个字，例如“我家”“爸妈家”。"
    if not consents:
        faults["consents"] = "户主是您本人，或者已经同意您查看和代缴，才能绑定。"
    if faults:
        raise InvalidInput(fields=faults)


def _write(actor: Actor, bound: BoundAccount, holder: Holder, now: datetime) -> int:
    bound.holder_masked, bound.address_masked = holder.holder_masked, holder.address_masked
    try:
        with scope(actor):
            if BoundAccount.objects.filter(account_id=bound.account_id).count() >= MOST_BOUND:
                raise TooManyBound
            bound.save(force_insert=True)
            audit.record(
                actor=actor, action="billing.bind_account", target="bound_account", target_id=bound.id, now=now,
                city_code=bound.city_code,
            )  # fmt: skip
            event = AccountBound(bound_id=bound.id, city_code=bound.city_code, biller_code=bound.biller_code)
            events.emit(event, aggregate="billing.bound_account", aggregate_id=bound.id, version=1, now=now)
    except IntegrityError:
        raise AlreadyBound from None
    return bound.id


def unbind_account(*, actor: Actor, bound_id: int, now: datetime) -> None:
    """Remove a bound account; bills that were paid stay among the person's orders.

    Raises:
        NotFound: it is not there, or another's.
    """
    bound = get_bound_for(actor=actor, bound_id=bound_id)
    with scope(actor):
        removed, _ = BoundAccount.objects.filter(id=bound.bound_id).delete()
        if not removed:  # somebody was quicker: it is gone, as was wished
            return
        audit.record(
            actor=actor, action="billing.unbind_account", target="bound_account", target_id=bound_id, now=now,
            city_code=bound.biller.city_code,
        )  # fmt: skip
        event = AccountUnbound(bound_id=bound_id, city_code=bound.biller.city_code, biller_code=bound.biller.code)
        events.emit(event, aggregate="billing.bound_account", aggregate_id=bound_id, version=2, now=now)
