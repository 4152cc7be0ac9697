"""The second step of signing in: a ticket and a code open the session."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.domain import AccountKind, Client
from shimin.capabilities.identity.models import Account
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.factors.codes import (
    SecondFactorRejected,
    demo_code,
    has_second_factor,
    step_of,
    use_second_factor,
)
from shimin.capabilities.identity.operations.factors.enrolling import enrol_locked, new_secret
from shimin.capabilities.identity.operations.factors.tickets import (
    SecondFactorRequired,
    Ticket,
    TicketExpired,
    open_ticket,
    require_unchanged,
    seal_ticket,
)
from shimin.capabilities.identity.operations.opening import OpenedSession, open_session
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import auth_scope


def require_second_factor(account: Account, *, has_one: bool, is_known_device: bool, now: datetime) -> None:
    """Ask for the second factor where the account has one, and of all staff.

    Raises:
        SecondFactorRequired: with the ticket for the next step.
    """
    if has_one:
        raise SecondFactorRequired(seal_ticket(account, is_known_device=is_known_device, now=now))
    if account.account_kind == AccountKind.STAFF:
        ticket = seal_ticket(account, is_known_device=is_known_device, now=now, secret=new_secret())
        raise SecondFactorRequired(ticket, must_enrol=True)


def finish_sign_in(
    *, actor: Actor, kind: AccountKind, ticket: str, code: str, client: Client, now: datetime
) -> OpenedSession:  # fmt: skip
    """Open the session of a ticket with an app's code or a recovery code.

    Raises:
        TicketExpired: begin again with the password.
        SecondFactorRejected: the code is wrong or used.
        SignInThrottled: too many wrong ones for this account from unknown devices, or from this one.
    """
    known = open_ticket(ticket, kind, now)
    attempt = count_attempt(known, client, now)
    with refusals_recorded(actor, "identity.second_factor", now):
        with auth_scope(actor):
            account = lock_account(known)
            method = use_second_factor(account, code, now)
            opened = open_session(account=account, client=client, before=actor, now=now, method=f"password+{method}")
        attempt.give_back()
        return opened


def enrol_and_sign_in(
    *, actor: Actor, ticket: str, code: str, client: Client, now: datetime
) -> tuple[OpenedSession, list[str]]:
    """Enrol the app a ticket offers to a member of staff, open the session, and return new recovery codes.

    Raises:
        TicketExpired, SecondFactorRejected, SignInThrottled: see ``finish_sign_in``.
    """
    known = open_ticket(ticket, AccountKind.STAFF, now)
    attempt = count_attempt(known, client, now)
    with refusals_recorded(actor, "identity.second_factor", now):
        step = step_of(known.secret, "".join(code.split())[:10], now) if known.secret else None
        if step is None:
            raise SecondFactorRejected
        with auth_scope(actor):
            account = lock_account(known)
            if has_second_factor(account.id):  # enrolled in another tab: that one counts
                raise TicketExpired
            themselves = Actor(ActorKind.STAFF, account_id=account.id)
            codes = enrol_locked(themselves, account, known.secret, step, now)
            opened = open_session(account=account, client=client, before=actor, now=now, method="password+totp")
        attempt.give_back()
        return opened, codes


def code_of_demo(*, actor: Actor, kind: AccountKind, ticket: str, now: datetime) -> str:
    """Return the code a demo account's app would show; empty outside demo accounts.

    Raises:
        TicketExpired: see ``finish_sign_in``.
    """
    known = open_ticket(ticket, kind, now)
    with auth_scope(actor):
        return demo_code(known.account_id, now)


def count_attempt(ticket: Ticket, client: Client, now: datetime) -> limits.Attempt:
    """Count a second step before it is checked; it is given back when it succeeds."""
    device = client.device_token if ticket.is_known_device else limits.STRANGERS
    return limits.count_sign_in_to(f"second:{ticket.account_id}", device, now)


def lock_account(ticket: Ticket) -> Account:
    """Return the ticket's account locked, in the caller's auth scope.

    Raises:
        TicketExpired: it is gone, or its password was changed since.
    """
    account = Account.objects.select_for_update().filter(id=ticket.account_id).first()
    if account is None:
        raise TicketExpired
    require_unchanged(account, ticket)
    return account
