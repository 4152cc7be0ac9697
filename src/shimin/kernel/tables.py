"""The five kinds of table (design: Growing past one machine). Each model states its kind; a test walks them all."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.db import models


class TableKind(StrEnum):
    """Where a table's rows live when the platform outgrows one machine."""

    CITY = "city"  # rows of one city: city_code
    PERSON = "person"  # rows of one account: person_id (or account_id)
    HANDLE = "handle"  # keyed hash -> owner; uniqueness across cities; never partitioned
    REFERENCE = "reference"  # small, read everywhere
    LOCAL = "local"  # queues, caches, vendor tables


class Table(models.Model):
    """Base of every model: the kind is stated in the class, ids come from the application."""

    kind: ClassVar[TableKind]

    class Meta:
        abstract = True
