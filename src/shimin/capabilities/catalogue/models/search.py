"""What search reads: one entry a version, the terms of all entries, synonyms, and what nobody found."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from shimin.kernel.ids import new_id
from shimin.kernel.tables import Table, TableKind


class SearchEntry(Table):
    """The search words of one version: weight A its name, B its keywords, C summary, D the rest."""

    kind: ClassVar[TableKind] = TableKind.REFERENCE

    version_id = models.BigIntegerField(primary_key=True)
    region_code = models.CharField(max_length=6)
    effective_from = models.DateTimeField()
    effective_to = models.DateTimeField(null=True)
    words = SearchVectorField()
    name_length = models.SmallIntegerField()

    class Meta:
        db_table = "catalogue_search_entry"
        indexes: ClassVar = [GinIndex(fields=["words"], name="catalogue_search_entry_words")]


class Term(Table):
    """A word of the index, in how many entries it is, and how it sounds (folded pinyin) and begins (initials)."""

    kind: ClassVar[TableKind] = TableKind.REFERENCE

    term = models.TextField(primary_key=True)
    entry_count = models.IntegerField()
    sound = models.TextField(default="")
    initials = models.TextField(default="")

    class Meta:
        db_table = "catalogue_term"
        indexes: ClassVar = [
            models.Index(fields=["sound"], name="catalogue_term_sound", condition=~models.Q(sound="")),
            models.Index(fields=["initials"], name="catalogue_term_initials", condition=~models.Q(initials="")),
        ]


class Synonym(Table):
    """Words people say, and the words the items use. Staff edit them; ``origin`` seed rows come from a file."""

    kind: ClassVar[TableKind] = TableKind.REFERENCE

    id = models.BigIntegerField(primary_key=True, default=new_id)
    said = models.TextField()
    meant = models.TextField()
    origin = models.TextField(default="desk")
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_synonym"
        constraints: ClassVar = [models.UniqueConstraint(fields=["said", "meant"], name="catalogue_synonym_pair")]


class ZeroHit(Table):
    """A request that found nothing, counted per day and region. Digits are blanked: no personal data."""

    kind: ClassVar[TableKind] = TableKind.LOCAL

    region_code = models.CharField(max_length=6)
    day = models.DateField()
    request = models.TextField()
    times = models.IntegerField()
    pk = models.CompositePrimaryKey("region_code", "day", "request")

    class Meta:
        db_table = "catalogue_zero_hit"
