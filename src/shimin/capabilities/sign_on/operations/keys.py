"""Making and rotating the keys of id tokens: the next one is published before it signs, the last one after."""

from __future__ import annotations

from datetime import datetime

import orjson
from django.db import connection
from joserfc.jwk import ECKey, RSAKey

from shimin.capabilities.sign_on.domain.clients import KEY_AFTER, KEY_AHEAD, KEY_LIFETIME, Algorithm
from shimin.capabilities.sign_on.models import SigningKey
from shimin.capabilities.sign_on.queries.keys import CONTEXT, NoSigningKey, Signer, find_signer
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.crypto import encrypt
from shimin.kernel.ids import new_id

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('sign_on.signing_key'))"
_RSA_BITS = 2048  # for three months of tokens that last ten minutes; larger ones cost each sign-in a millisecond


def signer_for(actor: Actor, algorithm: str, now: datetime) -> Signer:
    """Return the key that signs now, and make the very first ones. Call it inside the auth scope of ``actor``."""
    found = find_signer(algorithm, now)
    if found is None:
        make_first_keys(actor=actor, now=now)
        found = find_signer(algorithm, now)
    if found is None:
        raise NoSigningKey(algorithm)
    return found


def make_first_keys(*, actor: Actor, now: datetime) -> None:
    """Make a key of each algorithm that has none, in the caller's transaction. Two at once make one."""
    _lock()
    for algorithm in Algorithm:
        if not SigningKey.objects.filter(algorithm=algorithm, signs_until=None).exists():
            _make(actor, algorithm, now, now)


def rotate_keys(*, actor: Actor, now: datetime, only_due: bool = False) -> int:
    """Make the next key of each algorithm and say when the present one ends, in the caller's transaction.

    Nobody notices: the next key is published a quarter of an hour before it signs, the present one until its last
    token has run out. ``only_due``: leave keys that have not signed for three months. Returns how many were made;
    a key that does not sign yet is not rotated.
    """
    _lock()
    made = 0
    for algorithm in Algorithm:
        current = SigningKey.objects.filter(algorithm=algorithm, signs_until=None).first()
        if current is None:
            _make(actor, algorithm, now, now)
        elif current.signs_from > now or (only_due and current.signs_from > now - KEY_LIFETIME):
            continue
        else:
            starts = now + KEY_AHEAD
            SigningKey.objects.filter(id=current.id).update(signs_until=starts, published_until=starts + KEY_AFTER)
            _make(actor, algorithm, now, starts)
        made += 1
    return made


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)


def _make(actor: Actor, algorithm: Algorithm, now: datetime, signs_from: datetime) -> None:
    row_id = new_id()
    parameters = {"kid": str(row_id), "use": "sig", "alg": str(algorithm)}
    key: RSAKey | ECKey
    if algorithm is Algorithm.RS256:
        key = RSAKey.generate_key(_RSA_BITS, parameters)  # type: ignore[arg-type]
    else:
        key = ECKey.generate_key("P-256", parameters)  # type: ignore[arg-type]
    private = orjson.dumps(key.as_dict(private=True)).decode()
    SigningKey(
        id=row_id, algorithm=algorithm, private=encrypt(private, context=CONTEXT), public=key.as_dict(private=False),
        made_at=now, signs_from=signs_from,
    ).save(force_insert=True)  # fmt: skip
    audit.record(
        actor=actor, action="sign_on.make_key", target="signing_key", target_id=row_id, now=now,
        details={"algorithm": algorithm},
    )  # fmt: skip
