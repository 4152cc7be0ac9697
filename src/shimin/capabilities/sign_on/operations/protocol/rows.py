"""The rows of a token call by hand-written statements: building them with the ORM was two thirds of its CPU time.

What comes back are the models' own objects, so nothing else has to know.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from shimin.capabilities.sign_on.domain.clients import ClientState
from shimin.capabilities.sign_on.models import Authorisation, Client, Code
from shimin.kernel.rows import columns, made, width

# S608: names of columns of our own models.
_CLIENT = f"SELECT {columns(Client, 'c')} FROM sign_on_client c WHERE c.id = %s AND c.state = %s"  # noqa: S608
_CODE = f"""
    SELECT {columns(Code, "c")}, {columns(Authorisation, "a")}
    FROM sign_on_code c JOIN sign_on_authorisation a ON a.id = c.authorisation_id
    WHERE c.hash = %s FOR UPDATE OF c
"""  # noqa: S608
_USE_CODE = "UPDATE sign_on_code SET used_at = %s WHERE hash = %s"
_INSERT = """
    INSERT INTO sign_on_token (hash, token_kind, client_id, authorisation_id, scopes, issued_at, expires_at)
    VALUES (%s, %s, %s, %s, %s::text[], %s, %s)
"""


def load_client(client_id: int) -> Client | None:
    """Return an approved client, or None."""
    with connection.cursor() as cursor:
        cursor.execute(_CLIENT, [client_id, str(ClientState.APPROVED)])
        row = cursor.fetchone()
    return made(Client, row) if row is not None else None


def lock_code(hashed: bytes) -> Code | None:
    """Lock a code's row and return it with its authorisation, or None."""
    with connection.cursor() as cursor:
        cursor.execute(_CODE, [hashed])
        row = cursor.fetchone()
    if row is None:
        return None
    border = width(Code)
    code = made(Code, row[:border])
    code.authorisation = made(Authorisation, row[border:])
    return code


def use_code(code: Code, now: datetime) -> None:
    """Mark a locked code as used."""
    with connection.cursor() as cursor:
        cursor.execute(_USE_CODE, [now, bytes(code.hash)])


def insert_token(
    *, hashed: bytes, kind: str, client_id: int, authorisation_id: int | None, scopes: Sequence[str],
    issued_at: datetime, expires_at: datetime,
) -> None:  # fmt: skip
    """Write one token's row."""
    values: list[Any] = [hashed, kind, client_id, authorisation_id, list(scopes), issued_at, expires_at]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
