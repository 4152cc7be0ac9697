"""What the risk rules decided about an account, in the words that hold."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.capabilities.identity.domain.risk import Answer, Outcome
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class RiskDecision(Table):
    """One decision that was more than "allow". ``rules`` keeps the words of the day: [{code, person, officer}].

    Device and network are the words of the person's own list of sessions, never an address.
    """

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="+")
    session_id = models.BigIntegerField()
    act = models.TextField()
    outcome = models.TextField()
    rules = models.JSONField()
    device_label = models.TextField()
    network = models.TextField()
    amount_fen = models.BigIntegerField(default=0)
    decided_at = models.DateTimeField()
    answer = models.TextField(default=Answer.OPEN)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_risk_decision"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome__in=[str(each) for each in Outcome]), name="identity_risk_decision_known_outcome"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=[str(each) for each in Answer]), name="identity_risk_decision_known_answer"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-id"], name="identity_risk_decision_own"),
            models.Index(fields=["session_id"], name="identity_risk_decision_session"),
        ]
