"""The rows of a token call by hand-written statements: building them with the ORM was two thirds of its CPU time.

What comes back are the models' own objects, so nothing else has to know.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import orjson
from django.db import connection, models

from shimin.capabilities.sign_on.domain.clients import ClientState
from shimin.capabilities.sign_on.models import Authorisation, Client, Code

M = TypeVar("M", bound=models.Model)


def _columns(model: type[models.Model], alias: str) -> str:
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def _names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


# S608: names of columns of our own models.
_CLIENT = f"SELECT {_columns(Client, 'c')} FROM sign_on_client c WHERE c.id = %s AND c.state = %s"  # noqa: S608
_CODE = f"""
    SELECT {_columns(Code, "c")}, {_columns(Authorisation, "a")}
    FROM sign_on_code c JOIN sign_on_authorisation a ON a.id = c.authorisation_id
    WHERE c.hash = %s FOR UPDATE OF c
"""  # noqa: S608
_USE_CODE = "UPDATE sign_on_code SET used_at = %s WHERE hash = %s"
_INSERT = """
    INSERT INTO sign_on_token (hash, token_kind, client_id, authorisation_id, scopes, issued_at, expires_at)
    VALUES (%s, %s, %s, %s, %s::text[], %s, %s)
"""
_JWKS = _names(Client).index("jwks")


def load_client(client_id: int) -> Client | None:
    """Return an approved client, or None."""
    with connection.cursor() as cursor:
        cursor.execute(_CLIENT, [client_id, str(ClientState.APPROVED)])
        row = cursor.fetchone()
    if row is None:
        return None
    values = list(row)
    # Django leaves jsonb as text to its fields' converters, which do not run here.
    values[_JWKS] = orjson.loads(values[_JWKS]) if isinstance(values[_JWKS], str) else values[_JWKS]
    return _made(Client, values)


def lock_code(hashed: bytes) -> Code | None:
    """Lock a code's row and return it with its authorisation, or None."""
    with connection.cursor() as cursor:
        cursor.execute(_CODE, [hashed])
        row = cursor.fetchone()
    if row is None:
        return None
    width = len(_names(Code))
    code = _made(Code, row[:width])
    code.authorisation = _made(Authorisation, row[width:])
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


def _made(model: type[M], values: Sequence[Any]) -> M:
    return model.from_db("default", _names(model), values)
