"""What tests of every capability need: statement counts, actors, connections under another role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from shimin.kernel.actor import Actor, ActorKind, AssuranceLevel, Grant
from shimin.kernel.db import role_name

_CONTROL = re.compile(r"\s*(SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SET\b|SELECT\s+set_config)", re.IGNORECASE)


@dataclass
class StatementLog:
    """The statements a block has run, without transaction control and set_config."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.statements)


@contextmanager
def count_statements() -> Iterator[StatementLog]:
    """Log the statements of the block: ``with count_statements() as seen: …; assert seen.count <= 6``."""
    log = StatementLog()

    def note(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        text = sql if isinstance(sql, str) else repr(sql)
        if not _CONTROL.match(text):
            log.statements.append(text)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield log


def citizen(*, account_id: int = 1, person_id: int | None = 1, level: int = 2) -> Actor:
    """Return a signed-in resident (level 1 for one without a proven name: pass ``person_id=None``)."""
    return Actor(ActorKind.CITIZEN, account_id=account_id, person_id=person_id, level=AssuranceLevel(level))


def officer(role: str, *, account_id: int = 2, agency_id: int | None = None, region_code: str | None = None) -> Actor:
    """Return a member of staff with one grant."""
    return Actor(ActorKind.STAFF, account_id=account_id, grants=(Grant(role, agency_id, region_code),))


@contextmanager
def connect_as(role: str) -> Iterator[psycopg.Connection[Any]]:
    """Open a connection of its own with the login of ``web`` or ``worker`` (sees committed rows only)."""
    entry = connection.settings_dict
    with psycopg.connect(
        host=entry["HOST"],
        port=entry["PORT"] or None,
        dbname=entry["NAME"],
        user=role_name(role),
        password=settings.SHIMIN.database_password(role),
        autocommit=True,
    ) as other:
        yield other
