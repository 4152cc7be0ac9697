"""Regions and agencies: loaded from files, read everywhere."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class Region(Table):
    """An administrative division (区划, GB/T 2260): province, city or county; 100000 is the country."""

    kind: ClassVar[TableKind] = TableKind.REFERENCE

    code = models.CharField(max_length=6, primary_key=True)
    name = models.TextField()
    short_name = models.TextField()
    level = models.TextField()
    parent_code = models.CharField(max_length=6, default="")
    pinyin = models.TextField()
    initials = models.TextField()
    lng = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    class Meta:
        db_table = "catalogue_region"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="catalogue_region_level",
                condition=models.Q(level__in=["country", "province", "city", "county"]),
            ),
        ]


class Agency(Table):
    """An agency (实施主体) of a region, as its agency.yaml says."""

    kind: ClassVar[TableKind] = TableKind.REFERENCE

    id = models.BigIntegerField(primary_key=True, default=new_id)
    region_code = models.CharField(max_length=6)
    slug = models.TextField()
    name = models.TextField()
    short_name = models.TextField()
    uscc = models.CharField(max_length=18)
    is_demo = models.BooleanField(default=False)
    phone = models.TextField(default="")
    doc = models.JSONField()

    class Meta:
        db_table = "catalogue_agency"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region_code", "slug"], name="catalogue_agency_slug"),
        ]
