"""Adding a passkey to one's account, and taking it away."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from django.db import IntegrityError, transaction

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.models import Account, Passkey
from shimin.capabilities.identity.operations.factors.enrolling import check_password, note_change
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
from shimin.kernel.actor import Actor
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Conflict, NotFound, SignInRequired
from shimin.kernel.ids import new_id

MOST_PASSKEYS = 10
_LONGEST_LABEL = 40


class PasskeyKnown(Conflict):
    """This key was added before."""

    code = "identity.passkey_known"
    message = "这把通行密钥已经添加过了。"
    mend = "不用再添加，登录时直接用它就行。"


class TooManyPasskeys(Conflict):
    """Nobody needs that many; the list would be of no use."""

    code = "identity.too_many_passkeys"
    message = f"一个账号最多添加 {MOST_PASSKEYS} 把通行密钥。"
    mend = "请先删掉不再用的。"


def begin_enrolling(*, actor: Actor, party: RelyingParty, name: str, now: datetime) -> Ceremony:
    """Return what the browser needs to make a key. ``name`` is masked: the device shows and keeps it."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    account_id = _account_id(actor)
    challenge = new_challenge()
    with auth_scope(actor):
        known = list(Passkey.objects.filter(account_id=account_id).values_list("credential_id", flat=True))
    options = generate_registration_options(
        rp_id=party.host, rp_name="市民之家", user_name=name, user_display_name=name,
        user_id=handles.passkey_user(account_id), challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=bytes(each)) for each in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )  # fmt: skip
    ticket = seal(Purpose.ENROL, challenge, account_id=account_id, session_id=actor.session_id or 0, now=now)
    return Ceremony(options_to_json(options), ticket)


def add_passkey(
    *, actor: Actor, party: RelyingParty, ticket: str, answer: str, label: str, password: str, now: datetime
) -> None:
    """Add the key a device has made. The password is asked, lest a stranger at an open phone adds theirs.

    Raises:
        CeremonyExpired, PasskeyRejected: begin again.
        PasskeyKnown, TooManyPasskeys: see there.
        SecondFactorNeedsPassword, SignInThrottled: the password is wrong.
    """
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    account_id = _account_id(actor)
    challenge, until = open_ticket(
        ticket, Purpose.ENROL, account_id=account_id, session_id=actor.session_id or 0, now=now
    )
    with refusals_recorded(actor, "identity.add_passkey", now):
        check_password(actor, password, now)
        try:
            proved = verify_registration_response(
                credential=read_answer(answer), expected_challenge=challenge, expected_rp_id=party.host,
                expected_origin=party.origin, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, TypeError, KeyError):
            raise PasskeyRejected from None
        with auth_scope(actor):
            account = Account.objects.select_for_update().get(id=account_id)
            if Passkey.objects.filter(account=account).count() >= MOST_PASSKEYS:
                raise TooManyPasskeys
            spend(challenge, until)
            try:
                with transaction.atomic():
                    Passkey(
                        id=new_id(), account=account, credential_id=proved.credential_id,
                        public_key=proved.credential_public_key, sign_count=proved.sign_count,
                        label=_tidy(label), is_synced=proved.credential_backed_up, created_at=now,
                    ).save(force_insert=True)  # fmt: skip
            except IntegrityError:
                raise PasskeyKnown from None
            note_change(actor, account, "passkey_added", now)


def remove_passkey(*, actor: Actor, passkey_id: int, password: str, now: datetime) -> None:
    """Take a key away: the device that holds it no longer opens the account.

    Raises:
        NotFound: it is none of the account's.
        SecondFactorNeedsPassword, SignInThrottled: the password is wrong.
    """
    account_id = _account_id(actor)
    with refusals_recorded(actor, "identity.remove_passkey", now):
        check_password(actor, password, now)
        with auth_scope(actor):
            account = Account.objects.select_for_update().get(id=account_id)
            deleted, _ = Passkey.objects.filter(id=passkey_id, account=account).delete()
            if not deleted:
                raise NotFound
            note_change(actor, account, "passkey_removed", now)


def _account_id(actor: Actor) -> int:
    if actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    return actor.account_id


def _tidy(label: str) -> str:
    """Return a name to tell one's keys apart: one short line."""
    visible = "".join(each for each in label if unicodedata.category(each)[0] != "C")
    return " ".join(visible.split())[:_LONGEST_LABEL] or "通行密钥"
