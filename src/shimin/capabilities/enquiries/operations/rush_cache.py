"""The cache for an hour of everyone asking at once: an answer told again to the same person, and to nobody else.

Three locks against another person's answer: row-level security, the person in the key, and the person in the seal
(a row that were moved to another person would not open). A hit is one statement that also writes the access log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection

from shimin.capabilities.enquiries.domain.declaration import Rush
from shimin.capabilities.enquiries.domain.fields import RecordRow
from shimin.capabilities.enquiries.domain.offer import Question
from shimin.capabilities.enquiries.operations.access_log import COLUMNS, audit_row, line_values
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.crypto import blind_index, decrypt, encrypt
from shimin.kernel.ids import new_id

_TELL_AGAIN = f"""
    WITH hit AS (
        SELECT data, as_of, record_count FROM enquiries_cached_extract
        WHERE person_id = %s AND version_id = %s AND key = %s AND expires_at > %s
    ), line AS (
        INSERT INTO enquiries_enquiry ({COLUMNS}, finished_at, outcome, reason, record_count, from_cache)
        SELECT %s::bigint, %s::bigint, %s::bigint, %s::text, %s::bigint, %s::bigint, %s::bigint, %s::text, %s::text,
               %s::text, %s::text, %s::text, %s::text[], %s::text, %s::timestamptz,
               %s::bigint, %s::text, %s::timestamptz,
               CASE WHEN record_count > 0 THEN 'found' ELSE 'empty' END, '', record_count, true
        FROM hit
    ), noted AS ({audit.INSERT} FROM hit)
    SELECT data, as_of FROM hit
"""  # noqa: S608 - constants only
_KEEP = """
    INSERT INTO enquiries_cached_extract (id, person_id, version_id, key, data, as_of, record_count, bound, expires_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (person_id, version_id, key) DO UPDATE
    SET data = excluded.data, as_of = excluded.as_of, record_count = excluded.record_count,
        expires_at = excluded.expires_at
"""


@dataclass(frozen=True, slots=True)
class KeptExtract:
    """An answer from the cache, with the line it has just got in the access log."""

    extract: tuple[RecordRow, ...]
    as_of: datetime
    line_id: int


def tell_again(*, actor: Actor, question: Question, now: datetime) -> KeptExtract | None:
    """Return the person's kept answer (or None) and log that it was read, in the caller's transaction."""
    key = _key(question)
    line = line_values(actor, question, now)
    noted = audit_row(actor=actor, offer=question.offer, line_id=line[0], outcome=None, now=now)
    with connection.cursor() as cursor:
        cursor.execute(_TELL_AGAIN, [actor.person_id, question.offer.version_id, key, now, *line, now, *noted])
        row = cursor.fetchone()
    if row is None:
        return None
    data, as_of = row
    extract = tuple(orjson.loads(decrypt(data, context=_context(actor, question, key))))
    return KeptExtract(extract, as_of, line[0])


def keep(
    *, actor: Actor, question: Question, rush: Rush, extract: Sequence[RecordRow], as_of: datetime, now: datetime
) -> None:
    """Keep an answer for its person, in the caller's transaction; it takes the place of an older one."""
    key = _key(question)
    data = encrypt(orjson.dumps(list(extract)).decode(), context=_context(actor, question, key))
    values: list[Any] = [
        new_id(), actor.person_id, question.offer.version_id, key, data, as_of, len(extract), rush.entries,
        now + timedelta(seconds=rush.seconds),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)


def _key(question: Question) -> bytes:
    """A keyed hash: parameters may be personal, and the column is no place to read them."""
    text = orjson.dumps([question.view.code, dict(question.params)], option=orjson.OPT_SORT_KEYS).decode()
    return blind_index(text, context="enquiries.cached_extract.key")


def _context(actor: Actor, question: Question, key: bytes) -> str:
    return f"enquiries.cached_extract.data/{actor.person_id}/{question.offer.version_id}/{key.hex()}"
