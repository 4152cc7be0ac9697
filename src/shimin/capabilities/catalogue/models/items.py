"""Service items and their immutable versions."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from shimin.capabilities.catalogue.models.document import Document
from shimin.capabilities.catalogue.models.places import Agency
from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class ServiceItem(Table):
    """A service item (政务服务事项): its address stays, its content is in versions."""

    kind: ClassVar[TableKind] = TableKind.REFERENCE

    id = models.BigIntegerField(primary_key=True, default=new_id)
    region_code = models.CharField(max_length=6)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="items")
    slug = models.TextField()

    class Meta:
        db_table = "catalogue_service_item"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region_code", "slug"], name="catalogue_service_item_slug"),
        ]


class ServiceVersion(Table):
    """What was published of an item, effective on [effective_from, effective_to).

    A trigger refuses every change but the closing of ``effective_to`` and the recount of ``stars``, and the
    database refuses overlapping periods. Columns beside ``doc`` are taken from it for lists.
    """

    kind: ClassVar[TableKind] = TableKind.REFERENCE

    id = models.BigIntegerField(primary_key=True, default=new_id)
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    doc = Document()
    content_hash = models.BinaryField()
    effective_from = models.DateTimeField()
    effective_to = models.DateTimeField(null=True)
    published_at = models.DateTimeField()
    name = models.TextField()
    summary = models.TextField()
    icon = models.TextField()
    tab = models.TextField()
    service_class = models.TextField()
    audience = models.TextField()
    assurance_level = models.SmallIntegerField()
    online = models.TextField()
    status = models.JSONField()
    stars = models.SmallIntegerField()
    natural_themes = ArrayField(models.TextField(), default=list)
    legal_themes = ArrayField(models.TextField(), default=list)
    is_demo = models.BooleanField(default=False)

    class Meta:
        db_table = "catalogue_service_version"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "number"], name="catalogue_service_version_number"),
            models.CheckConstraint(
                name="catalogue_service_version_period",
                condition=models.Q(effective_to__isnull=True) | models.Q(effective_to__gte=models.F("effective_from")),
            ),
        ]
