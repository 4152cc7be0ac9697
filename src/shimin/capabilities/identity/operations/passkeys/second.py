"""A passkey in place of the app's code, after the password: how members of staff use theirs."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.domain import AccountKind, Client
from shimin.capabilities.identity.models import Passkey
from shimin.capabilities.identity.operations.factors.second_step import count_attempt, lock_account
from shimin.capabilities.identity.operations.factors.tickets import open_ticket as open_password_ticket
from shimin.capabilities.identity.operations.opening import OpenedSession, open_session
from shimin.capabilities.identity.operations.passkeys.ceremonies import (
    Ceremony,
    PasskeyRejected,
    Purpose,
    RelyingParty,
    new_challenge,
    open_ticket,
    read_answer,
    seal,
    spend,
)
from shimin.capabilities.identity.operations.passkeys.entering import lock_key, options_for, verify_key
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.kernel.actor import Actor
from shimin.kernel.db import auth_scope


def begin_second(*, actor: Actor, password_ticket: str, party: RelyingParty, now: datetime) -> Ceremony | None:
    """Return what the browser needs after the password; None where the account has no passkey.

    Raises:
        TicketExpired: the password was typed too long ago.
    """
    account_id = open_password_ticket(password_ticket, AccountKind.STAFF, now).account_id
    with auth_scope(actor):
        known = list(Passkey.objects.filter(account_id=account_id).values_list("credential_id", flat=True))
    if not known:
        return None
    challenge = new_challenge()
    ticket = seal(Purpose.SECOND, challenge, account_id=account_id, now=now)
    return Ceremony(options_for(party, challenge, [bytes(each) for each in known]), ticket)


def finish_with_passkey(
    *, actor: Actor, password_ticket: str, party: RelyingParty, ticket: str, answer: str, client: Client, now: datetime
) -> OpenedSession:
    """Open a member of staff's session with one of their passkeys, after the password.

    Raises:
        TicketExpired: begin again with the password.
        CeremonyExpired: the challenge is old, was answered before, or is of another account.
        PasskeyRejected: the key is unknown, another account's or site's, or a copy.
        SignInThrottled: too many failures.
    """
    known = open_password_ticket(password_ticket, AccountKind.STAFF, now)
    challenge, until = open_ticket(ticket, Purpose.SECOND, account_id=known.account_id, now=now)
    attempt = count_attempt(known, client, now)
    with refusals_recorded(actor, "identity.second_factor", now):
        proof = read_answer(answer)
        with auth_scope(actor):
            key = lock_key(proof)
            account = lock_account(known)
            if key.account_id != account.id:
                raise PasskeyRejected
            verify_key(key, proof, challenge, party, now)
            spend(challenge, until)
            opened = open_session(account=account, client=client, before=actor, now=now, method="password+passkey")
        attempt.give_back()
        return opened
