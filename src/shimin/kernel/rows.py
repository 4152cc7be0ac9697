"""Rows of models by hand-written statements, where building the statement with the ORM costs more than running it.

What comes back are the models' own objects, so nothing else has to know.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

import orjson
from django.db import models

M = TypeVar("M", bound=models.Model)


def columns(model: type[models.Model], alias: str) -> str:
    """Return the model's columns as a SELECT names them, in the order that ``made`` takes their values."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def width(model: type[models.Model]) -> int:
    """Return how many columns ``columns`` names."""
    return len(_names(model)[0])


def made(model: type[M], values: Sequence[Any]) -> M:
    """Return the object of a row's values."""
    names, documents = _names(model)
    kept = list(values)
    for at in documents:  # Django leaves jsonb as text to its fields' converters, which do not run here
        if isinstance(kept[at], str):
            kept[at] = orjson.loads(kept[at])
    return model.from_db("default", names, kept)


@cache
def _names(model: type[models.Model]) -> tuple[list[str], list[int]]:
    fields = model._meta.concrete_fields
    documents = [at for at, field in enumerate(fields) if isinstance(field, models.JSONField)]
    return [field.attname for field in fields], documents
