"""What supervision keeps: cards with their appeals, call-backs, weekly reports."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shimin.capabilities.service_requests.domain.rating import Rating
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class Card(Table):
    """A yellow or red card of supervision for one round of a request, and its appeal."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="cards")
    city_code = models.CharField(max_length=6)
    agency_id = models.BigIntegerField(null=True)
    level = models.SmallIntegerField()
    light = models.TextField()
    due_at = models.DateTimeField()
    issued_at = models.DateTimeField()
    appeal_state = models.TextField(default="")
    appeal_words = models.TextField(default="")
    appealed_by_id = models.BigIntegerField(null=True)
    appealed_at = models.DateTimeField(null=True)
    decision_words = models.TextField(default="")
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "service_requests_card"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["city_code", "request", "level", "light"], name="service_requests_card_once"
            ),
            models.CheckConstraint(name="service_requests_card_light", condition=Q(light__in=["yellow", "red"])),
            models.CheckConstraint(
                name="service_requests_card_appeal", condition=Q(appeal_state__in=["", "open", "upheld", "lifted"])
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="service_requests_card_appeals", fields=["appealed_at"], condition=Q(appeal_state="open")
            ),
        ]


class CallBack(Table):
    """A call to somebody whose request was answered: drawn, tried, and what they said."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="call_backs")
    city_code = models.CharField(max_length=6)
    agency_id = models.BigIntegerField(null=True)
    level = models.SmallIntegerField()
    drawn_at = models.DateTimeField()
    state = models.TextField(default="waiting")
    tries = models.SmallIntegerField(default=0)
    called_at = models.DateTimeField(null=True)
    account_id = models.BigIntegerField(null=True)
    is_responded = models.BooleanField(null=True)
    is_solved = models.BooleanField(null=True)
    rating = models.TextField(default="")
    words = models.TextField(default="")
    wants_redo = models.BooleanField(default=False)

    class Meta:
        db_table = "service_requests_call_back"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "request", "level"], name="service_requests_call_back_once"),
            models.CheckConstraint(
                name="service_requests_call_back_state", condition=Q(state__in=["waiting", "reached", "unreached"])
            ),
            models.CheckConstraint(
                name="service_requests_call_back_rating",
                condition=Q(rating="") | Q(rating__in=[str(rating) for rating in Rating]),
            ),
            models.CheckConstraint(
                name="service_requests_call_back_said",
                condition=~Q(state="reached")
                | (Q(is_responded__isnull=False, is_solved__isnull=False) & ~Q(rating="")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="service_requests_to_call", fields=["city_code", "drawn_at"], condition=Q(state="waiting")
            ),
        ]


class WeeklyReport(Table):
    """The figures of supervision for one week of one city, as they stood when the report was made. Written once."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    week_starts = models.DateField()
    made_at = models.DateTimeField()
    figures = models.JSONField()

    class Meta:
        db_table = "service_requests_weekly_report"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "week_starts"], name="service_requests_weekly_report_once"),
        ]
