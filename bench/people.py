"""People who are signed in: what the bench knows of them, and their bearer tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.installation import Installation, lines

OWNER_PASSWORD = "Liuyanghe-2026-bench"
CALLBACK = "https://bench.example.cn/callback"  # where a system of the bench gets its codes


@dataclass(frozen=True, slots=True)
class Crowd:
    """People with numbers 1 … n. Account, person and session of number i have the first one's id + i - 1.

    A token is derived from ``salt`` and the number, so that pgbench can derive its hash, too.
    """

    people: Sequence[dict[str, Any]]
    first_account: int
    first_person: int
    salt: str

    def headers(self, number: int) -> dict[str, str]:
        """Return what lets a request of this person in."""
        return {"Authorization": f"Bearer {token_of(self.salt, number)}"}


def owner_phone(number: int) -> str:
    """Return the phone of owner ``number``; nobody else of the bench has such ones."""
    return f"199{number:08d}"


def secret_of(salt: str, number: int) -> bytes:
    """Return the 32 bytes of a session; ``raw/rush.sql`` does the same in SQL."""
    return hashlib.sha256(f"{salt}/{number}".encode()).digest()


def token_of(salt: str, number: int) -> str:
    """Return the token as browsers and programs hold it."""
    return base64.urlsafe_b64encode(secret_of(salt, number)).decode().rstrip("=")


def settle(installation: Installation, exported: list[bytes]) -> Crowd:
    """Give every exported person an account of level 2 and an open session, in the formats of the platform's code."""
    salt = secrets.token_hex(8)
    file = installation.work_dir / "people.jsonl"
    file.write_bytes(lines(exported))
    made = json.loads(installation.run("bench.settling", str(file), salt))
    tidy(installation)
    return Crowd([json.loads(line) for line in exported], made["first_account"], made["first_person"], salt)


def tidy(installation: Installation) -> None:
    """Vacuum and analyze after a bulk load, as the database itself would do within minutes."""
    with psycopg.connect(installation.database_url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
