"""What proves a person beside the password: codes from an app, and recovery codes on paper."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind


class CodeGenerator(Table):
    """An app that makes a new six-digit code every half minute (TOTP). One for an account.

    ``last_step`` is the half minute of the last code that was taken: a code is good once.
    Source: RFC 6238 §5.2.
    """

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    secret = SealedField(context="identity.code_generator.secret")
    last_step = models.BigIntegerField(default=0)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_code_generator"
        constraints: ClassVar = [models.UniqueConstraint(fields=["account"], name="identity_code_generator_one")]


class RecoveryCode(Table):
    """One of ten codes for the day the phone is lost; good once."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    hash = models.BinaryField()
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_recovery_code"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "hash"], name="identity_recovery_code_once"),
        ]
