"""Regions, agencies and known places: loaded from files, read everywhere."""

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


class KnownPlace(Table):
    """A place that people of a city know by its name (常用地点): a park, a crossing, a station. WGS-84."""

    kind: ClassVar[TableKind] = TableKind.CITY

    id = models.BigIntegerField(primary_key=True, default=new_id)
    city_code = models.CharField(max_length=6)
    region_code = models.CharField(max_length=6)
    name = models.TextField()
    sort = models.TextField()
    lng = models.FloatField()
    lat = models.FloatField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        db_table = "catalogue_known_place"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_code", "region_code", "name"], name="catalogue_known_place_name"),
            models.CheckConstraint(
                name="catalogue_known_place_point",
                condition=models.Q(lng__gte=-180, lng__lte=180, lat__gte=-90, lat__lte=90),
            ),
        ]
        indexes: ClassVar = [models.Index(name="catalogue_known_place_near", fields=["city_code", "lat"])]
