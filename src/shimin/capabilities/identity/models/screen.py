"""A screen that shows a code, and the phone that lets it in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.capabilities.identity.domain.screens import ScreenState
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class ScreenSignIn(Table):
    """One code on one screen. The code and the browser's own secret are kept as hashes; both are 32 random bytes.

    A handle table: it is asked by a hash before anybody is known. ``number`` stands on the screen and is typed on the
    phone. ``account_id`` is who said yes; ``level`` is what their phone's session had.
    """

    kind: ClassVar[TableKind] = TableKind.HANDLE

    id = models.BigIntegerField(primary_key=True, default=new_id)
    code_hash = models.BinaryField()
    browser_hash = models.BinaryField()
    number = models.SmallIntegerField()
    state = models.TextField(default=ScreenState.WAITING)
    device_label = models.TextField()
    network = models.TextField()
    account_id = models.BigIntegerField(null=True)
    level = models.SmallIntegerField(default=0)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_screen_sign_in"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code_hash"], name="identity_screen_sign_in_code"),
            models.UniqueConstraint(fields=["browser_hash"], name="identity_screen_sign_in_browser"),
            models.CheckConstraint(
                condition=Q(state__in=[str(each) for each in ScreenState]), name="identity_screen_sign_in_known_state"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "used"]) | Q(account_id__isnull=False),
                name="identity_screen_sign_in_has_owner",
            ),
        ]
