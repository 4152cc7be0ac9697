"""Columns that hold sealed values (``kernel.crypto``): a model says so, and key rotation finds them all.

A test of the architecture compares the list with every binary column there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models

if TYPE_CHECKING:
    _BinaryField = models.BinaryField[Any, Any]
else:
    _BinaryField = models.BinaryField


class SealedField(_BinaryField):
    """A column of sealed values. ``context`` is what they are sealed for, the same for all rows.

    ``passing`` says in words why rotation leaves the column alone: its rows are gone before an old key could be.
    """

    def __init__(self, *args: Any, context: str = "", passing: str = "", **kwargs: Any) -> None:
        assert bool(context) != bool(passing), "a sealed column has one context, or passes"
        self.context, self.passing = context, passing
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """To the database it is a binary column like any other: no migration comes of the context."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs

    def get_internal_type(self) -> str:
        """Return the type by which the database knows it."""
        return "BinaryField"

    def clone(self) -> SealedField:
        """Return a copy; Django's own way would lose the context with ``deconstruct``."""
        _, _, args, kwargs = super().deconstruct()
        return SealedField(*args, context=self.context, passing=self.passing, **kwargs)


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One column and what its values are sealed for."""

    name: str
    context: str


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with sealed columns that rotation writes anew."""

    name: str
    key: str  # the primary key's column
    key_type: str  # as PostgreSQL calls it
    columns: Sequence[SealedColumn]


def list_sealed_tables() -> list[SealedTable]:
    """Return every table with lasting sealed columns, from the models, in the order of names."""
    tables = []
    for model in apps.get_models():
        fields = [field for field in model._meta.concrete_fields if isinstance(field, SealedField) and field.context]
        key = model._meta.pk
        if fields and key is not None:
            columns = [SealedColumn(str(field.column), field.context) for field in fields]
            tables.append(SealedTable(model._meta.db_table, str(key.column), str(key.db_type(connection)), columns))
    return sorted(tables, key=lambda table: table.name)
