"""Bills, read at their billers at that moment: all of a person's homes, or one account with what was used."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from shimin.capabilities.payments.billing.domain.bills import Bill, DayUse
from shimin.capabilities.payments.billing.ports import biller_system
from shimin.capabilities.payments.billing.queries.bound import BoundView, get_bound_for, list_bound
from shimin.kernel.actor import Actor
from shimin.kernel.db import require_no_transaction
from shimin.kernel.errors import Unavailable

log = structlog.get_logger("shimin.billing")


@dataclass(frozen=True, slots=True)
class AccountBills:
    """A bound account with its bills, newest first; ``is_known`` False: its biller did not answer just now."""

    bound: BoundView
    bills: tuple[Bill, ...]
    is_known: bool = True

    @property
    def owed(self) -> tuple[Bill, ...]:
        """The bills that are open, oldest first."""
        return tuple(bill for bill in reversed(self.bills) if not bill.is_paid and bill.payable_fen > 0)

    @property
    def owed_fen(self) -> int:
        return sum(bill.payable_fen for bill in self.owed)


def list_bills(actor: Actor) -> tuple[AccountBills, ...]:
    """Return all of the actor's bound accounts with their bills. Billers are asked with no transaction open.

    A system that does not answer is not asked for the further accounts: nobody waits for one time-out after another.

    Raises:
        SignInRequired: nobody is signed in.
    """
    bound = list_bound(actor)
    require_no_transaction()
    silent: set[str] = set()
    return tuple(_ask(each, silent) for each in bound)


def _ask(bound: BoundView, silent: set[str]) -> AccountBills:
    if bound.biller.system in silent:
        return AccountBills(bound, (), is_known=False)
    try:
        return AccountBills(bound, biller_system().list_bills(bound.biller, bound.number))
    except Unavailable as error:
        log.warning("billing.biller_unavailable", biller=bound.biller.code, code=error.code)
        silent.add(bound.biller.system)
        return AccountBills(bound, (), is_known=False)


def get_account_bills(*, actor: Actor, bound_id: int) -> tuple[AccountBills, tuple[DayUse, ...]]:
    """Return one account with its bills, and what was used day by day where its biller tells.

    Raises:
        NotFound: it is not there, or another's.
    """
    bound = get_bound_for(actor=actor, bound_id=bound_id)
    require_no_transaction()
    silent: set[str] = set()
    account = _ask(bound, silent)
    if not bound.biller.daily or silent:
        return account, ()
    try:
        return account, biller_system().list_daily_use(bound.biller, bound.number)
    except Unavailable:
        return account, ()
