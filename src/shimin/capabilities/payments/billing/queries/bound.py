"""Bound accounts as their owners see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.payments.billing.domain.billers import Biller, find_biller
from shimin.capabilities.payments.billing.models import BoundAccount
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.crypto import blind_index, decrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound, SignInRequired

CONTEXT = "billing.account_number"


@dataclass(frozen=True, slots=True)
class BoundView:
    """A bound account. ``number`` is whole: for the biller, never for a page."""

    bound_id: int
    biller: Biller
    number: str
    number_tail: str
    home: str
    holder_masked: str
    address_masked: str
    bound_at: datetime
    reminds: bool


def number_hash(biller_code: str, number: str) -> bytes:
    """Return the handle of an account number at a biller."""
    return blind_index(f"{biller_code}\0{number}", context=CONTEXT)


def list_bound(actor: Actor) -> tuple[BoundView, ...]:
    """Return the actor's bound accounts, home by home. One statement.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None or actor.kind is not ActorKind.CITIZEN:
        raise SignInRequired
    with scope(actor):
        rows = list(BoundAccount.objects.filter(account_id=actor.account_id).order_by("home", "id"))
    return tuple(_view(row) for row in rows)


def get_bound_for(*, actor: Actor, bound_id: int) -> BoundView:
    """Return one of the actor's bound accounts.

    Raises:
        NotFound: it is not there, or another's.
    """
    if actor.account_id is None:
        raise NotFound
    with scope(actor):
        row = BoundAccount.objects.filter(id=bound_id, account_id=actor.account_id).first()
    if row is None:
        raise NotFound
    return _view(row)


def same_bound_id(*, account_id: int, bound_id: int) -> int | None:
    """Return an account's own binding of the number that another binding is about: after two accounts were merged.

    In the worker's scope.
    """
    there = BoundAccount.objects.filter(id=bound_id).first()
    if there is None or there.account_id == account_id:
        return None
    mine = BoundAccount.objects.filter(
        account_id=account_id, biller_code=there.biller_code, number_hash=there.number_hash
    )
    return mine.values_list("id", flat=True).first()


def find_bound(*, actor: Actor, biller_code: str, number: str) -> BoundView:
    """Return the actor's binding of an account number.

    Raises:
        NotFound: they have not bound it.
    """
    if actor.account_id is None:
        raise NotFound
    with scope(actor):
        row = BoundAccount.objects.filter(
            account_id=actor.account_id, biller_code=biller_code, number_hash=number_hash(biller_code, number)
        ).first()
    if row is None:
        raise NotFound
    return _view(row)


def _view(row: BoundAccount) -> BoundView:
    return BoundView(
        bound_id=row.id, biller=find_biller(row.biller_code), number=decrypt(bytes(row.number_sealed), context=CONTEXT),
        number_tail=row.number_tail, home=row.home, holder_masked=row.holder_masked,
        address_masked=row.address_masked, bound_at=row.bound_at,
        reminds=row.reminds,
    )  # fmt: skip
