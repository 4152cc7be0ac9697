"""Sessions, the devices an account knows, and codes sent to phones."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class Session(Table):
    """One signed-in device. The browser holds 32 random bytes, the table only their SHA-256.

    A handle table: it is asked by hash before anybody is known. The hash changes with the level (rotation), not the id.
    """

    kind: ClassVar[TableKind] = TableKind.HANDLE

    id = models.BigIntegerField(primary_key=True, default=new_id)
    hash = models.BinaryField()
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    level = models.SmallIntegerField()
    method = models.TextField()
    verified_at = models.DateTimeField()
    step_up_until = models.DateTimeField()
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()  # to the minute: one write a minute at most
    expires_at = models.DateTimeField()
    idle_minutes = models.IntegerField()
    device_label = models.TextField()
    network = models.TextField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(default="")
    mandate = models.ForeignKey("identity.Mandate", models.SET_NULL, null=True, related_name="+")  # the hat worn
    device_id = models.BigIntegerField(null=True)  # the known device; no key: devices are forgotten before sessions
    is_held = models.BooleanField(default=False, db_default=False)  # until a second proof, say the risk rules
    proved_at = models.DateTimeField(null=True)  # when it last gave one

    class Meta:
        db_table = "identity_session"
        constraints: ClassVar = [models.UniqueConstraint(fields=["hash"], name="identity_session_hash")]


class KnownDevice(Table):
    """A browser that signed in to the account before; its attempts are counted apart from strangers'.

    ``name`` is what its owner calls it. ``proved_at``: since when it counts as theirs; None: a password only.
    """

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    hash = models.BinaryField()
    device_label = models.TextField()
    name = models.TextField(default="", db_default="")
    network = models.TextField(default="", db_default="")
    proved_at = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        db_table = "identity_known_device"
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "hash"], name="identity_known_device_once")]


class VerificationCode(Table):
    """The one code that is good for a phone and purpose now. Hashed with a key: six digits are soon tried."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    id = models.BigIntegerField(primary_key=True, default=new_id)
    phone_hash = models.BinaryField()
    purpose = models.TextField()
    code_hash = models.BinaryField()
    attempts = models.SmallIntegerField(default=0)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_verification_code"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["phone_hash", "purpose"], name="identity_verification_code_one"),
        ]
