"""Keeping what a person has typed while they prove more, so that they need not type it again.

Only for somebody signed in, only forms of text: their own form, whose CSRF token was good, bound to their account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.models import KeptForm
from shimin.capabilities.identity.operations import limits
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.crypto import decrypt, encrypt
from shimin.kernel.db import auth_scope, scope
from shimin.kernel.errors import NotFound, SignInRequired, TooManyRequests
from shimin.kernel.ids import new_id

LIFETIME = timedelta(minutes=30)
LONGEST = 32_000  # characters of all fields
_NEVER = ("password", "csrf", "code", "second", "ticket", "answer", "token")  # parts of names of what proves somebody


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept form: where it goes, its fields as (name, value), and the page it was on ("": not known)."""

    path: str
    fields: tuple[tuple[str, str], ...]
    page: str = ""


def keep_form(
    *, actor: Actor, path: str, fields: Sequence[tuple[str, str]], now: datetime, page: str = ""
) -> int | None:  # fmt: skip
    """Keep a form and return its id; None when it is too large, has nothing to keep, or too many were kept already."""
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None or len(path) > 2_000:
        return None
    keep = [(name, value) for name, value in fields if not any(part in name.lower() for part in _NEVER)]
    if not keep or sum(len(name) + len(value) for name, value in keep) > LONGEST:
        return None
    try:
        limits.count_kept_form(actor.account_id, now)
    except TooManyRequests:
        return None
    row = KeptForm(
        id=new_id(), account_id=actor.account_id, path=path, expires_at=now + LIFETIME,
        fields=encrypt(orjson.dumps({"fields": keep, "page": page[:2_000]}).decode(), context=handles.KEPT_FORM),
    )  # fmt: skip
    with auth_scope(actor):
        row.save(force_insert=True)
    return row.id


def get_kept_form(*, actor: Actor, form_id: int, now: datetime) -> Kept:
    """Return what the actor had typed.

    Raises:
        NotFound: it was never the actor's, or its time is over.
        SignInRequired: nobody is signed in.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    with scope(actor):
        rows = KeptForm.objects.filter(account_id=actor.account_id, expires_at__gt=now)
        row = rows.filter(id=form_id).first() if 0 < form_id < 1 << 63 else None
    if row is None:
        raise NotFound("刚才填的内容已经不在了。", mend="填好的内容只留半小时。请回到那一页重新填写。")
    kept = orjson.loads(decrypt(bytes(row.fields), context=handles.KEPT_FORM))
    if isinstance(kept, list):  # as the release before this one wrote it
        kept = {"fields": kept, "page": ""}
    return Kept(row.path, tuple((str(name), str(value)) for name, value in kept["fields"]), kept["page"])
