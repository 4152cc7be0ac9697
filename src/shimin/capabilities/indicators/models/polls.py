"""Polls: the question, who took part, and sums. No row says who chose what."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class Poll(Table):
    """A poll; from its publication on only its state changes."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    title = models.TextField()
    intro = models.TextField()
    options = models.JSONField()
    most_choices = models.SmallIntegerField()
    electorate = models.TextField()
    weights = models.JSONField(default=dict)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    state = models.TextField()
    version = models.IntegerField(default=1)
    reason = models.TextField(default="")
    is_demo = models.BooleanField(default=False)
    author_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "indicators_poll"
        indexes: ClassVar = [models.Index(fields=["city_code", "-opens_at"], name="indicators_poll_city")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="indicators_poll_state", condition=Q(state__in=["draft", "published", "withdrawn"])
            ),
            models.CheckConstraint(
                name="indicators_poll_electorate", condition=Q(electorate__in=["account", "person"])
            ),
            models.CheckConstraint(name="indicators_poll_times", condition=Q(opens_at__lt=F("closes_at"))),
            models.CheckConstraint(name="indicators_poll_choices", condition=Q(most_choices__gte=1)),
        ]


class PollVoter(Table):
    """That an account took part in a poll: neither when nor what. Written by ``indicators_vote`` only."""

    kind: ClassVar[TableKind] = TableKind.PERSON

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, db_index=False)
    account_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    pk = models.CompositePrimaryKey("poll", "account_id")

    class Meta:
        db_table = "indicators_poll_voter"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["poll", "person_id"], condition=Q(person_id__isnull=False), name="indicators_poll_voter_person"
            )
        ]


class PollCount(Table):
    """How many chose an option by a channel; option -1: how many took part. Written by ``indicators_vote`` only."""

    kind: ClassVar[TableKind] = TableKind.CITY

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, db_index=False)
    city_code = models.CharField(max_length=6)
    channel = models.TextField()
    option = models.SmallIntegerField()
    times = models.BigIntegerField()
    pk = models.CompositePrimaryKey("poll", "channel", "option")

    class Meta:
        db_table = "indicators_poll_count"
        constraints: ClassVar = [models.CheckConstraint(name="indicators_poll_count_times", condition=Q(times__gt=0))]
