"""Raise the catalogue's stamp: every change does, under a lock that puts publications in a row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from shimin.capabilities.catalogue.cache import stamp
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope


@contextmanager
def changing(actor: Actor) -> Iterator[int]:
    """Run a change of the catalogue as ``actor`` in one transaction; gives its number.

    The stamp's row stays locked to the end, so two changes never mix. Caches of this process are renewed afterwards,
    whether the change succeeds or not.
    """
    try:
        with scope(actor):
            with connection.cursor() as cursor:
                cursor.execute("UPDATE catalogue_stamp SET number = number + 1 WHERE id = 1 RETURNING number")
                (number,) = cursor.fetchone()
            yield int(number)
    finally:
        stamp.forget()
