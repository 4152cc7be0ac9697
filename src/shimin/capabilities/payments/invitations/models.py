"""Tables of invitations: what somebody asks others to pay, and the orders that came of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind

LINES = "invitations.lines"


class Invitation(Table):
    """A link by which anybody may pay. The debts are sealed: their references hold account numbers."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account_id = models.BigIntegerField()
    city_code = models.CharField(max_length=6)
    link_hash = models.BinaryField()
    lines_sealed = SealedField(context=LINES)
    title = models.TextField()
    payee_name = models.TextField()
    total_fen = models.BigIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "invitations_invitation"
        constraints: ClassVar = [
            models.CheckConstraint(name="invitations_invitation_total", condition=models.Q(total_fen__gt=0)),
            models.CheckConstraint(
                name="invitations_invitation_expires", condition=models.Q(expires_at__gt=models.F("created_at"))
            ),
        ]
        indexes: ClassVar = [models.Index(name="invitations_invitation_mine", fields=["account_id", "-id"])]


class InvitedOrder(Table):
    """An order that somebody placed by an invitation; who, the inviter is not told."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account_id = models.BigIntegerField()
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="orders")
    order_id = models.BigIntegerField()
    placed_at = models.DateTimeField()

    class Meta:
        db_table = "invitations_invited_order"
        constraints: ClassVar = [
            models.UniqueConstraint(name="invitations_invited_order_once", fields=["account_id", "order_id"])
        ]
        indexes: ClassVar = [models.Index(name="invitations_invited_order_of", fields=["order_id"])]
