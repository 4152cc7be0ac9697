"""A co-handler's part of a request, and what was done to it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.capabilities.service_requests.joint_handling.domain.parts import OPEN_PARTS, PartAction, PartState
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class Part(Table):
    """What one agency was asked to contribute to another's request, by when, and what it gave."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    request_id = models.BigIntegerField()
    level = models.SmallIntegerField()
    agency_id = models.BigIntegerField()
    state = models.TextField(default=str(PartState.ASKED))
    version = models.IntegerField(default=1)
    asked_by = models.TextField()
    is_fixed = models.BooleanField(default=False)
    wish = models.TextField()
    contribution = models.TextField(default="")
    reason = models.TextField(default="")
    asked_at = models.DateTimeField()
    respond_by_at = models.DateTimeField()
    due_at = models.DateTimeField()
    responded_at = models.DateTimeField(null=True)
    given_at = models.DateTimeField(null=True)
    given_step_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    urged_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "joint_handling_part"
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="joint_handling_part_once",
                fields=["city_code", "request_id", "agency_id"],
                condition=Q(state__in=[str(state) for state in OPEN_PARTS]),
            ),
            models.CheckConstraint(
                name="joint_handling_part_state", condition=Q(state__in=[str(state) for state in PartState])
            ),
            models.CheckConstraint(
                name="joint_handling_part_asked_by", condition=Q(asked_by__in=["lead", "dispatcher", "consultation"])
            ),
            models.CheckConstraint(
                name="joint_handling_part_given",
                condition=~Q(state="given") | (~Q(contribution="") & Q(given_at__isnull=False)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="joint_handling_part_request", fields=["request_id"]),
            models.Index(
                name="joint_handling_part_queue",
                fields=["agency_id", "due_at", "id"],
                condition=Q(state__in=["asked", "accepted", "declined", "given"]),
            ),
            models.Index(
                name="joint_handling_part_open",
                fields=["city_code", "state", "due_at", "id"],
                condition=Q(state__in=[str(state) for state in OPEN_PARTS]),
            ),
        ]


class PartStepTaken(Table):
    """One step of a part: who did what, and the words. Written once."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    part_id = models.BigIntegerField()
    request_id = models.BigIntegerField()
    city_code = models.CharField(max_length=6)
    version = models.IntegerField()
    action = models.TextField()
    state = models.TextField()
    taken_at = models.DateTimeField()
    actor_kind = models.TextField()
    account_id = models.BigIntegerField(null=True)
    words = models.TextField(default="")

    class Meta:
        db_table = "joint_handling_step"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "part_id", "version"], name="joint_handling_step_version"),
            models.CheckConstraint(
                name="joint_handling_step_action", condition=Q(action__in=[str(action) for action in PartAction])
            ),
        ]
        indexes: ClassVar = [models.Index(name="joint_handling_step_request", fields=["request_id"])]
