"""Signing in with a passkey, and confirming with one that it is still oneself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shimin.capabilities.identity.domain import AccountKind, AccountStatus, Client
from shimin.capabilities.identity.models import Account, Passkey
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.opening import OpenedSession, open_session, raise_session
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
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import SignInRequired


def begin_signing_in(*, party: RelyingParty, now: datetime) -> Ceremony:
    """Return what the browser needs to sign in with any key it has for us; nobody is named."""
    challenge = new_challenge()
    return Ceremony(options_for(party, challenge, []), seal(Purpose.SIGN_IN, challenge, now=now))


def begin_confirming(*, actor: Actor, party: RelyingParty, now: datetime) -> Ceremony | None:
    """Return what the browser needs to confirm with one of the account's keys; None when it has none."""
    account_id, session_id = _themselves(actor)
    with auth_scope(actor):
        known = list(Passkey.objects.filter(account_id=account_id).values_list("credential_id", flat=True))
    if not known:
        return None
    challenge = new_challenge()
    ticket = seal(Purpose.CONFIRM, challenge, account_id=account_id, session_id=session_id, now=now)
    return Ceremony(options_for(party, challenge, [bytes(each) for each in known]), ticket)


def sign_in_with_passkey(
    *, actor: Actor, party: RelyingParty, ticket: str, answer: str, client: Client, now: datetime
) -> OpenedSession:
    """Open a citizen's session. The key asked for finger, face or PIN: that is two factors in one.

    Raises:
        CeremonyExpired: the challenge is old or was answered before.
        PasskeyRejected: the key is unknown, another site's, or a copy of one.
        SignInThrottled: too many failures from this address.
    """
    challenge, until = open_ticket(ticket, Purpose.SIGN_IN, now=now)
    with refusals_recorded(actor, "identity.sign_in", now):
        attempt = limits.count_sign_in_from(client.address, now)
        proof = read_answer(answer)
        with auth_scope(actor):
            key = lock_key(proof)
            account = Account.objects.select_for_update().get(id=key.account_id)
            if account.status != AccountStatus.ACTIVE or account.account_kind != AccountKind.CITIZEN:
                raise PasskeyRejected
            verify_key(key, proof, challenge, party, now)
            spend(challenge, until)
            opened = open_session(account=account, client=client, before=actor, now=now, method="passkey")
        attempt.give_back()
        return opened


def confirm_with_passkey(
    *, actor: Actor, party: RelyingParty, ticket: str, answer: str, now: datetime
) -> OpenedSession:  # fmt: skip
    """Lift a session back to the account's proven level, under a new token.

    Raises:
        CeremonyExpired, PasskeyRejected: see ``sign_in_with_passkey``.
        SignInThrottled: too many failures of this session.
    """
    account_id, session_id = _themselves(actor)
    challenge, until = open_ticket(ticket, Purpose.CONFIRM, account_id=account_id, session_id=session_id, now=now)
    with refusals_recorded(actor, "identity.confirm_passkey", now):
        attempt = limits.count_sign_in_to(f"confirm:{account_id}", str(session_id), now)
        proof = read_answer(answer)
        with auth_scope(actor):
            key = lock_key(proof)
            if key.account_id != account_id:
                raise PasskeyRejected
            account = Account.objects.select_for_update().get(id=account_id)
            verify_key(key, proof, challenge, party, now)
            spend(challenge, until)
            audit.record(
                actor=actor, action="identity.confirm_passkey", target="session", target_id=session_id, now=now
            )
            opened = raise_session(actor=actor, account=account, method="passkey", now=now, proves=True)
        attempt.give_back()
        return opened


def options_for(party: RelyingParty, challenge: bytes, known: list[bytes]) -> str:
    """Return the JSON by which a browser asks for one of these keys (none named: any it has for us)."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=party.host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
    )  # fmt: skip
    return options_to_json(options)


def lock_key(proof: dict[str, Any]) -> Passkey:
    """Find the key by the id the answer names; the row is locked, so that its count only goes up."""
    from webauthn import base64url_to_bytes

    name = proof.get("rawId")
    try:
        credential_id = base64url_to_bytes(name) if isinstance(name, str) else b""
    except ValueError:
        raise PasskeyRejected from None
    key = Passkey.objects.select_for_update().filter(credential_id=credential_id).first()
    if key is None:
        raise PasskeyRejected
    return key


def verify_key(key: Passkey, proof: dict[str, Any], challenge: bytes, party: RelyingParty, now: datetime) -> None:
    """Check an answer against a locked key and count it.

    Raises:
        PasskeyRejected: see the class.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        proved = verify_authentication_response(
            credential=proof, expected_challenge=challenge, expected_rp_id=party.host, expected_origin=party.origin,
            credential_public_key=bytes(key.public_key), credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise PasskeyRejected from None
    key.sign_count, key.last_used_at, key.is_synced = proved.new_sign_count, now, proved.credential_backed_up
    key.save(update_fields=["sign_count", "last_used_at", "is_synced"])


def _themselves(actor: Actor) -> tuple[int, int]:
    if actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    return actor.account_id, actor.session_id
