"""Watching the board: who wants letters about a city, and which figures have left their bands."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind

RECIPIENT = "indicators.subscription.recipient"
CODE = "indicators.subscription.code"


class Subscription(Table):
    """A member of staff wants letters about a city at a mail address; none goes before the address is confirmed."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    id = models.BigIntegerField(primary_key=True, default=new_id)
    account_id = models.BigIntegerField()
    city_code = models.CharField(max_length=6)
    topic = models.TextField()
    recipient = SealedField(context=RECIPIENT)
    code = SealedField(context=CODE)
    tries = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    sent_for = models.DateField(null=True)  # the Monday whose weekly letter has gone

    class Meta:
        db_table = "indicators_subscription"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account_id", "city_code", "topic"], name="indicators_subscription_once"),
            models.CheckConstraint(
                name="indicators_subscription_topic", condition=Q(topic__in=["alerts", "weekly", "report"])
            ),
        ]


class BandAlert(Table):
    """A figure of a city is, or was, outside its band: from when to when, and its value when it left."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    figure = models.TextField()
    side = models.TextField()
    value = models.FloatField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "indicators_band_alert"
        indexes: ClassVar = [models.Index(fields=["city_code", "-began_at"], name="indicators_band_alert_city")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["city_code", "figure"], condition=Q(ended_at=None), name="indicators_band_alert_open"
            ),
            models.CheckConstraint(name="indicators_band_alert_side", condition=Q(side__in=["low", "high"])),
        ]
