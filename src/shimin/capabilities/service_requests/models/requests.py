"""The request with its clock, its steps, notes, reporters and photos."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.domain.rating import Rating
from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.domain.steps import Action
from shimin.kernel.ids import new_id
from shimin.kernel.sealed import SealedField
from shimin.kernel.tables import Table, TableKind


class ServiceRequest(Table):
    """What one person wants of one city, with its clock. Filed by ``service_requests_file``; steps change it."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    number = models.CharField(max_length=19)
    request_kind = models.TextField()
    state = models.TextField(default=str(RequestState.FILED))
    version = models.IntegerField(default=1)
    level = models.SmallIntegerField(default=0)
    is_emergency = models.BooleanField(default=False)
    title = models.TextField()
    words = models.TextField()
    category = models.TextField(default="")
    category_by = models.TextField(default="")
    suggestion = models.JSONField(null=True)
    address = models.TextField(default="")
    region_code = models.CharField(max_length=6, default="")
    lng = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    accuracy_metres = models.IntegerField(null=True)
    channel = models.TextField(default="web")
    matter = models.TextField(default="", db_default="")
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    mandate_id = models.BigIntegerField(null=True)
    is_confidential = models.BooleanField(default=False)
    agency_id = models.BigIntegerField(null=True)
    is_fixed = models.BooleanField(default=False)
    returns = models.SmallIntegerField(default=0)
    rung = models.SmallIntegerField(default=0, db_default=0)
    handler_id = models.BigIntegerField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    filed_at = models.DateTimeField()
    clock = models.JSONField()
    due_at = models.DateTimeField()
    is_clock_running = models.BooleanField(default=True)
    clock_note = models.TextField(default="")
    look_again_date = models.DateField(null=True)
    extension = models.JSONField(null=True)
    draft = models.TextField(default="")
    drafted_by_id = models.BigIntegerField(null=True)
    answer = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)
    published_answer = models.TextField(default="")
    published_at = models.DateTimeField(null=True)
    rating = models.TextField(default="")
    wants_contact = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    parent_id = models.BigIntegerField(null=True)
    merged_into_id = models.BigIntegerField(null=True)
    mirror_of_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "service_requests_request"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "number"], name="service_requests_request_number"),
            models.CheckConstraint(
                name="service_requests_request_state", condition=Q(state__in=[str(state) for state in RequestState])
            ),
            models.CheckConstraint(
                name="service_requests_request_kind", condition=Q(request_kind__in=[str(kind) for kind in RequestKind])
            ),
            models.CheckConstraint(
                name="service_requests_request_rating",
                condition=Q(rating="") | Q(rating__in=[str(rating) for rating in Rating]),
            ),
            models.CheckConstraint(
                name="service_requests_request_answered",
                condition=~Q(state__in=["answered"]) | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="service_requests_request_agency",
                condition=~Q(state__in=["dispatched", "in_progress", "suspended", "in_review"])
                | Q(agency_id__isnull=False),
            ),
            models.CheckConstraint(
                name="service_requests_request_matter", condition=Q(matter__in=[str(matter) for matter in Matter])
            ),
            models.CheckConstraint(name="service_requests_request_level", condition=Q(level__gte=0, level__lte=9)),
            models.CheckConstraint(name="service_requests_request_rung", condition=Q(rung__gte=0, rung__lte=3)),
            models.CheckConstraint(
                name="service_requests_request_merged",
                condition=Q(merged_into_id__isnull=True) | ~Q(merged_into_id=F("id")),
            ),
        ]
        indexes: ClassVar = [
            # What filters and policies of queues ask lies in these (INCLUDE): a page's keys need no row.
            models.Index(
                name="service_requests_agency_due",
                fields=["agency_id", "state", "due_at", "id"],
                include=["city_code", "request_kind", "region_code"],
            ),
            models.Index(
                name="service_requests_category_due",
                fields=["agency_id", "state", "category", "due_at", "id"],
                include=["city_code", "request_kind", "region_code"],
            ),
            models.Index(
                name="service_requests_city_due",
                fields=["city_code", "state", "due_at", "id"],
                include=["agency_id", "category", "request_kind", "region_code"],
            ),
            models.Index(
                name="service_requests_emergencies",
                fields=["city_code", "state", "due_at", "id"],
                condition=Q(is_emergency=True),
            ),
            models.Index(
                name="service_requests_extensions",
                fields=["agency_id", "state", "due_at", "id"],
                condition=Q(extension__isnull=False),
            ),
            models.Index(
                Func("lng", "lat", function="service_requests_cell"),
                F("state"),
                F("agency_id"),
                name="service_requests_cells",
                condition=Q(lng__isnull=False),
            ),
            # Pairs of characters (bigrams): Chinese place names often have two, which trigrams cannot find.
            GinIndex(Func("address", function="service_requests_pairs"), name="service_requests_address"),
            models.Index(name="service_requests_city_new", fields=["city_code", "-id"]),
            models.Index(name="service_requests_agency_new", fields=["agency_id", "-id"]),
            models.Index(name="service_requests_request_mine", fields=["account_id", "-id"]),
            models.Index(
                name="service_requests_answered", fields=["answered_at"], condition=Q(state=str(RequestState.ANSWERED))
            ),
            models.Index(
                name="service_requests_look_again",
                fields=["look_again_date"],
                condition=Q(state=str(RequestState.SUSPENDED)),
            ),
            models.Index(
                name="service_requests_matters_city",
                fields=["city_code", "state", "due_at", "id"],
                condition=~Q(matter=""),
            ),
            models.Index(
                name="service_requests_matters",
                fields=["agency_id", "state", "due_at", "id"],
                condition=~Q(matter=""),
            ),
            models.Index(name="service_requests_running", fields=["due_at", "id"], condition=Q(is_clock_running=True)),
            models.Index(
                name="service_requests_watched_city",
                fields=["city_code", "state", "due_at", "id"],
                condition=Q(rung__gt=0),
            ),
            models.Index(
                name="service_requests_watched",
                fields=["agency_id", "state", "due_at", "id"],
                condition=Q(rung__gt=0),
            ),
        ]


class RequestStep(Table):
    """One step of a request: who did what, the words, and what became of the clock. Written once."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="steps")
    city_code = models.CharField(max_length=6)
    version = models.IntegerField()
    action = models.TextField()
    state = models.TextField()
    taken_at = models.DateTimeField()
    actor_kind = models.TextField()
    account_id = models.BigIntegerField(null=True)
    agency_id = models.BigIntegerField(null=True)
    words = models.TextField(default="")
    is_public = models.BooleanField()
    details = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    is_clock_running = models.BooleanField()

    class Meta:
        db_table = "service_requests_step"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "request", "version"], name="service_requests_step_version"),
            models.CheckConstraint(
                name="service_requests_step_action", condition=Q(action__in=[str(action) for action in Action])
            ),
        ]


class RequestNote(Table):
    """An internal note of staff; the people who reported never see it."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="notes")
    city_code = models.CharField(max_length=6)
    account_id = models.BigIntegerField()
    words = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        db_table = "service_requests_note"


class Reporter(Table):
    """Somebody who is told about a request: who filed it, joined it, or filed one that was merged into it."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="reporters")
    city_code = models.CharField(max_length=6)
    account_id = models.BigIntegerField(null=True)
    role = models.TextField()
    is_confidential = models.BooleanField(default=False)
    contact = SealedField(default=b"", context="service_requests.reporter.contact")
    since_at = models.DateTimeField()

    class Meta:
        db_table = "service_requests_reporter"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["city_code", "request", "account_id"], name="service_requests_reporter_once"
            ),
            models.CheckConstraint(
                name="service_requests_reporter_role", condition=Q(role__in=["filer", "joined", "merged"])
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="service_requests_reporter_mine", fields=["account_id", "-request"]),
        ]


class RequestPhoto(Table):
    """A photo that belongs to a step of a request; without one it was sent and not used yet. Files lie by digest."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="photos", null=True)
    step_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    by_staff = models.BooleanField(default=False)
    is_shown = models.BooleanField(default=True)
    is_published = models.BooleanField(default=False)
    large = models.CharField(max_length=64)
    small = models.CharField(max_length=64)
    width = models.IntegerField()
    height = models.IntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "service_requests_photo"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="service_requests_photo_step",
                condition=Q(request__isnull=True, step_id__isnull=True)
                | Q(request__isnull=False, step_id__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="service_requests_photo_unused", fields=["sent_at"], condition=Q(request__isnull=True)),
            models.Index(name="service_requests_photo_large", fields=["large"]),
            models.Index(name="service_requests_photo_small", fields=["small"]),
        ]
