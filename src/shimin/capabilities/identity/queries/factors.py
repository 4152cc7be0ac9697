"""Reads about the ways an account signs in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.models import Account, CodeGenerator, Passkey, RecoveryCode
from shimin.kernel.actor import Actor
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import SignInRequired
from shimin.kernel.values.masking import mask_phone


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """One passkey. ``is_synced``: its maker keeps a copy, so that it outlives the device."""

    passkey_id: int
    label: str
    is_synced: bool
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignInWays:
    """How an account signs in. ``recovery_codes_left`` counts unused ones."""

    phone: str
    password_changed_at: datetime
    has_code_app: bool
    code_app_since: datetime | None
    recovery_codes_left: int
    passkeys: tuple[PasskeyView, ...]
    staff_name: str = ""  # of members of staff


def get_sign_in_ways(actor: Actor) -> SignInWays:
    """Return the actor's own ways to sign in. Four statements.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None:
        raise SignInRequired
    with scope(actor):
        account = Account.objects.only("phone", "staff_name", "password_changed_at").get(id=actor.account_id)
        app = CodeGenerator.objects.only("created_at").filter(account_id=actor.account_id).first()
        left = RecoveryCode.objects.filter(account_id=actor.account_id, used_at=None).count()
        keys = Passkey.objects.filter(account_id=actor.account_id).order_by("id")
        passkeys = keys.values_list("id", "label", "is_synced", "created_at", "last_used_at", named=False)
        views = tuple(PasskeyView(*row) for row in passkeys)
    sealed = bytes(account.phone)
    return SignInWays(
        phone=mask_phone(decrypt(sealed, context=handles.PHONE)) if sealed else "",
        password_changed_at=account.password_changed_at,
        has_code_app=app is not None,
        code_app_since=app.created_at if app else None,
        recovery_codes_left=left,
        passkeys=views,
        staff_name=account.staff_name,
    )
