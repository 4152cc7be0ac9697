"""Database roles and the transaction that carries the actor.

Row-level security sees who acts through settings local to one transaction. ``scope`` is the only way to get rows of
people: it opens the transaction and sets role and settings in one statement (each further round trip costs more than
the policies do). It stops forgotten filters; it does not stop SQL injection, which could set the same settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import psycopg
from django.conf import settings
from django.db import InterfaceError, NotSupportedError, OperationalError, connection, transaction
from psycopg import pq
from psycopg.errors import error_from_result

from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.errors import Unavailable

ROLE_BY_KIND = {
    ActorKind.ANONYMOUS: "citizen",
    ActorKind.CITIZEN: "citizen",
    ActorKind.STAFF: "staff",
    ActorKind.SYSTEM: "worker",
}

_SETTINGS = ("role", "shimin.account", "shimin.person", "shimin.agencies", "shimin.regions", "shimin.roles")
_LEAVE = "SELECT set_config('role', 'none', true)"

_current: ContextVar[Actor | None] = ContextVar("shimin_scope", default=None)


class ScopeError(RuntimeError):
    """A transaction of one actor was asked to act for another: a bug, never a user's fault."""


def role_name(role: str) -> str:
    """Return the database's name of a role: citizen, staff, worker, auth or web."""
    return f"{settings.SHIMIN.database_role_prefix}_{role}"


def current_actor() -> Actor | None:
    """Return the actor of the open scope, or None outside one."""
    return _current.get()


@contextmanager
def scope(actor: Actor) -> Iterator[None]:
    """Run the block in one transaction as ``actor``, under the database role that fits.

    Re-entrant for the same actor: an inner block joins the outer transaction.

    Raises:
        ScopeError: another actor's scope is open on this thread.
    """
    outer = _current.get()
    if outer is None:
        with _transaction(actor, ROLE_BY_KIND[actor.kind]):
            yield
    elif outer == actor:
        yield
    else:
        raise ScopeError("a scope of another actor is open")


@contextmanager
def auth_scope(actor: Actor) -> Iterator[None]:
    """Run the block in one transaction under the auth role, which may find an account by a hash.

    For the operations that decide who somebody is (identity), and for nothing else. Inner ``scope`` blocks of the same
    actor join it.

    Raises:
        ScopeError: a scope is open already; its role could not see what the block needs.
    """
    if _current.get() is not None:
        raise ScopeError("the auth role cannot be taken inside a scope")
    with _transaction(actor, "auth"):
        yield


def require_no_transaction() -> None:
    """Fail when a transaction is open: called before a socket to another system is used.

    Raises:
        ScopeError: a scope is open.
    """
    if _current.get() is not None:
        raise ScopeError("no socket may be opened inside a transaction")


@contextmanager
def _transaction(actor: Actor, role: str) -> Iterator[None]:
    with transaction.atomic():
        _enter(actor, role)
        token = _current.set(actor)
        try:
            yield
        finally:
            _current.reset(token)
            if len(connection.savepoint_ids) > 0 and not connection.needs_rollback:
                _leave()  # inside an outer transaction (tests): the settings must not outlive the block


def outage_of(error: BaseException) -> Unavailable | None:
    """Return what to tell people when ``error`` is the database's own: it restarts, is full, or was migrated.

    The connection is dropped, so that the next request begins with a sound one: after a migration, plans prepared on
    the old one fail for ever ("cached plan must not change result type").
    """
    if not isinstance(error, OperationalError | InterfaceError | NotSupportedError):
        return None
    if not connection.in_atomic_block:
        connection.close()
    return Unavailable("系统正在恢复，请稍等片刻。", retry_after_seconds=5)


def _enter(actor: Actor, role: str) -> None:
    """Begin the transaction and take role and settings in one round trip.

    Through libpq's simple protocol, which alone takes two statements at once: as two of psycopg's they cost a tenth of
    a signed-in request. In a transaction that is open already (tests) only the settings are taken.
    """
    agencies = sorted({grant.agency_id for grant in actor.grants if grant.agency_id is not None})
    regions = sorted({grant.region_code for grant in actor.grants if grant.region_code is not None})
    values = (
        role_name(role),
        str(actor.account_id or ""),
        str(actor.person_id or ""),
        ",".join(map(str, agencies)),
        ",".join(regions),
        ",".join(sorted({grant.role for grant in actor.grants})),
    )
    connection.ensure_connection()
    with connection.wrap_database_errors:
        _run_simple(connection.connection.pgconn, values)


def _run_simple(server: pq.abc.PGconn, values: tuple[str, ...]) -> None:
    quote = pq.Escaping(server).escape_literal
    taken = ", ".join(
        f"set_config('{name}', {quote(value.encode()).decode()}, true)"
        for name, value in zip(_SETTINGS, values, strict=True)
    )
    begin = "BEGIN;" if server.transaction_status == pq.TransactionStatus.IDLE else ""
    result = server.exec_(f"{begin}SELECT {taken}".encode())
    if server.status != pq.ConnStatus.OK:
        raise psycopg.OperationalError("the connection is lost")
    if result.status != pq.ExecStatus.TUPLES_OK:
        raise error_from_result(result)


def _leave() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE)
