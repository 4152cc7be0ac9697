"""A request repeated with the same key gets the same answer and is carried out once.

The answer is kept in the transaction of the operation. Two equal requests at once: the second waits for the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from shimin.kernel import clock
from shimin.kernel.actor import Actor
from shimin.kernel.crypto import blind_index, decrypt, encrypt
from shimin.kernel.db import current_actor, scope
from shimin.kernel.errors import Conflict, SignInRequired

_CONTEXT = "kernel.idempotency"
_INSERT = """
    INSERT INTO kernel_idempotency (hash, account_id, fingerprint, answer, made_at) VALUES (%s, %s, %s, %s, %s)
"""


class KeyReused(Conflict):
    """The key was used for another request: a fault of the calling program."""

    code = "idempotency_key_reused"
    message = "这个 Idempotency-Key 已经用于另一个请求。"
    mend = "请为每个新请求使用新的 Idempotency-Key。"


def recall(actor: Actor, key: str, operation: str, *, fingerprint: bytes = b"") -> dict[str, Any] | None:
    """Return the answer kept for this account, operation and key, or None when there is none yet.

    Call it in the operation's scope: it holds other requests of the same key back until the transaction ends.
    ``fingerprint`` is the request's body (or anything that tells requests apart).

    Raises:
        KeyReused: the kept answer belongs to a request with another fingerprint.
        SignInRequired: keys belong to accounts.
    """
    handle = _handle(actor, key, operation)
    with connection.cursor() as cursor:
        # Two statements: the second must see what was committed while the first waited.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(handle[:8], "big", signed=True)])
        cursor.execute("SELECT fingerprint, answer FROM kernel_idempotency WHERE hash = %s", [handle])
        row = cursor.fetchone()
    if row is None:
        return None
    if bytes(row[0]) != hashlib.sha256(fingerprint).digest():
        raise KeyReused
    answer: dict[str, Any] = orjson.loads(decrypt(row[1], context=_CONTEXT))
    return answer


def remember(
    actor: Actor,
    key: str,
    operation: str,
    result: dict[str, Any],
    *,
    fingerprint: bytes = b"",
    now: datetime | None = None,
) -> None:
    """Keep ``result`` (JSON values; encrypted, for it may be personal) in the operation's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                _handle(actor, key, operation),
                actor.account_id,
                hashlib.sha256(fingerprint).digest(),
                encrypt(orjson.dumps(result).decode(), context=_CONTEXT),
                now or clock.now(),
            ],
        )


def once(
    *, actor: Actor, key: str | None, operation: str, fingerprint: bytes, run: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Carry ``run`` out in one scope unless the key was seen; without a key always.

    ``run`` may open the actor's scope itself; it must use no socket.

    Raises:
        KeyReused: see ``recall``.
    """
    if key is None:
        return run()
    with scope(actor):
        answer = recall(actor, key, operation, fingerprint=fingerprint)
        if answer is None:
            answer = run()
            remember(actor, key, operation, answer, fingerprint=fingerprint)
    return answer


def _handle(actor: Actor, key: str, operation: str) -> bytes:
    if actor.account_id is None:
        raise SignInRequired
    assert current_actor() is not None, "recall and remember belong in the operation's scope"
    return blind_index(f"{actor.account_id}\0{operation}\0{key}", context=_CONTEXT)
