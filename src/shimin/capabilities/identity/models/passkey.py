"""Passkeys, and the challenges that were answered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class Passkey(Table):
    """A key pair in somebody's device; here is its public half.

    A handle table: the credential id is asked before anybody is known. ``sign_count`` is the authenticator's own count,
    0 for those that keep none. Source: W3C Web Authentication Level 3, §4 (credential record).
    """

    kind: ClassVar[TableKind] = TableKind.HANDLE

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    credential_id = models.BinaryField()
    public_key = models.BinaryField()  # COSE
    sign_count = models.BigIntegerField(default=0)
    label = models.TextField()
    is_synced = models.BooleanField(default=False)  # kept by the maker's cloud: survives a lost phone
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_passkey"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["credential_id"], name="identity_passkey_credential"),
        ]
        indexes: ClassVar = [models.Index(fields=["account"], name="identity_passkey_account")]


class SpentChallenge(Table):
    """A challenge that was answered: a recorded answer cannot come again. Kept until the challenge itself ends."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    hash = models.BinaryField(primary_key=True)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "identity_spent_challenge"
