"""``python -m bench.settling FILE SALT``: write accounts, persons and sessions in bulk, as the operations do."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
django.setup()

from django.db import connection  # noqa: E402

from bench.people import secret_of  # noqa: E402
from shimin.capabilities.identity import handles  # noqa: E402
from shimin.capabilities.identity.domain import PROOF_LIFETIME, SESSION_LIMITS, AccountKind  # noqa: E402
from shimin.kernel import clock  # noqa: E402
from shimin.kernel.actor import AssuranceLevel  # noqa: E402
from shimin.kernel.crypto import encrypt  # noqa: E402
from shimin.kernel.ids import new_id  # noqa: E402

LEVEL = AssuranceLevel.REAL_NAME
Row = Sequence[Any]


def main(file: Path, salt: str) -> None:
    """Settle everybody of the file in one transaction and print the first ids."""
    people = [json.loads(line) for line in file.read_bytes().splitlines()]
    # Ids follow one another, so a script that knows the first one knows all. Nobody else makes such ids here.
    first = {kind: new_id() + at * len(people) for at, kind in enumerate(("account", "person", "session", "proof"))}
    now = clock.now()
    connection.ensure_connection()
    with connection.connection.transaction():
        for table, (columns, make) in _tables(first, salt, now).items():
            _copy(table, columns, (make(at, person) for at, person in enumerate(people)))
    print(json.dumps({"first_account": first["account"], "first_person": first["person"]}))


def _copy(table: str, columns: str, rows: Iterator[Row]) -> None:
    with connection.connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _tables(
    first: dict[str, int], salt: str, now: datetime
) -> dict[str, tuple[str, Callable[[int, dict[str, str]], Row]]]:
    account, person, session, proof = first["account"], first["person"], first["session"], first["proof"]
    # Two workloads may settle the same person; handles with the salt in them let both rows be. Look-ups read neither.
    until, limits = now + PROOF_LIFETIME[LEVEL], SESSION_LIMITS[AccountKind.CITIZEN]
    return {
        "identity_person": (
            "id, name, id_number, verified_at",
            lambda at, each: (
                person + at, encrypt(each["name"], context=handles.PERSON_NAME),
                encrypt(each["id_number"], context=handles.ID_NUMBER), now,
            ),
        ),
        "identity_account": (
            "id, password, account_kind, status, person_id, phone, staff_name, level, level_until, created_at, "
            "password_changed_at, version",
            lambda at, each: (
                account + at, "!", "citizen", "active", person + at, encrypt(each["phone"], context=handles.PHONE), "",
                int(LEVEL), until, now, now, 2,
            ),
        ),
        "identity_login_handle": (
            "hash, account_id", lambda at, each: (handles.phone_hash(each["phone"] + salt), account + at)
        ),
        "identity_person_handle": (
            "hash, person_id, account_id",
            lambda at, each: (handles.id_number_hash(each["id_number"] + salt), person + at, account + at),
        ),
        "identity_level_proof": (
            "id, account_id, level, method, verified_at, expires_at",
            lambda at, each: (proof + at, account + at, int(LEVEL), "bench", now, until),
        ),
        "identity_session": (
            "id, hash, account_id, level, method, verified_at, step_up_until, created_at, last_seen_at, expires_at, "
            "idle_minutes, device_label, network, end_reason",
            lambda at, each: (
                session + at, hashlib.sha256(secret_of(salt, at + 1)).digest(), account + at, int(LEVEL), "password",
                now, now + limits.step_up, now, now, now + limits.absolute, int(limits.idle.total_seconds()) // 60,
                "bench", "", "",
            ),
        ),
    }  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
