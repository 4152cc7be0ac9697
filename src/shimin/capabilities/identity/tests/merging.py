"""Merging in two calls, for the tests of every capability whose rows go along."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from shimin.capabilities.identity.models import Account, PersonHandle
from shimin.capabilities.identity.operations.merging.carrying import carry_on
from shimin.capabilities.identity.operations.merging.joining import merge_accounts
from shimin.capabilities.identity.operations.merging.proving import (
    OtherClaim,
    ask_merge_code,
    look_at_merge,
    prove_other,
)
from shimin.capabilities.identity.operations.merging.undoing import undo_merge
from shimin.capabilities.identity.queries.merges import Proposal
from shimin.capabilities.identity.tests.factories import CLIENT, NOW, PASSWORD, Resident
from shimin.capabilities.identity.tests.phones import latest_code


def forget_person(other: Resident) -> Resident:
    """Make an account that did things with a proven name one without: what a second account of somebody is."""
    PersonHandle.objects.filter(account_id=other.account_id).update(account=None)
    Account.objects.filter(id=other.account_id).update(person=None, level=1)
    return other


def prove(stays: Resident, other: Resident, *, now: datetime = NOW, **changes: str) -> str:
    """Prove the other account with a code to its phone and return the ticket."""
    ask_merge_code(actor=stays.actor, phone=other.phone, client=CLIENT, now=now)
    claim = {"phone": other.phone, "password": PASSWORD, "own_password": PASSWORD, "code": latest_code(), **changes}
    return prove_other(actor=stays.actor, claim=OtherClaim(**claim), client=CLIENT, now=now)


def look(stays: Resident, ticket: str, *, now: datetime = NOW) -> Proposal:
    """Return what merging would do."""
    return look_at_merge(actor=stays.actor, ticket=ticket, now=now)


def join(stays: Resident, ticket: str, *, theirs: Collection[str] = (), now: datetime = NOW) -> int:
    """Join the proved account; its rows are not carried yet."""
    return merge_accounts(actor=stays.actor, ticket=ticket, theirs=theirs, understood=True, now=now)


def merge(stays: Resident, other: Resident, *, theirs: Collection[str] = (), now: datetime = NOW) -> int:
    """Prove, join, and carry as the worker does."""
    merge_id = join(stays, prove(stays, other, now=now), theirs=theirs, now=now)
    carry_on(merge_id=merge_id, now=now)
    return merge_id


def unmerge(stays: Resident, merge_id: int, *, now: datetime = NOW) -> None:
    """Undo, and carry back."""
    undo_merge(actor=stays.actor, merge_id=merge_id, password=PASSWORD, now=now)
    carry_on(merge_id=merge_id, now=now)
