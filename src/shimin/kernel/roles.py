"""Create the database roles before migrations run: with one DATABASE_URL nothing has to be prepared by hand."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connections
from psycopg import sql

from shimin.kernel.policies import ROLES

# Roles belong to the whole cluster, so two databases may be migrated at once: "exists already" is no error.
_CREATE = """
DO $$ BEGIN
  CREATE ROLE {role} {options};
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""


def ensure_roles(using: str = "default", **_: Any) -> None:
    """Make the roles: citizen, staff, auth without login; web and worker with a password derived from the secret key.

    web inherits nothing: until a transaction has chosen its role, it reads public tables only.
    """
    connection = connections[using]
    prefix = settings.SHIMIN.database_role_prefix
    options = {"web": "LOGIN NOINHERIT", "worker": "LOGIN"}
    with connection.cursor() as cursor:
        for role in ROLES:
            name = sql.Identifier(f"{prefix}_{role}")
            cursor.execute(sql.SQL(_CREATE).format(role=name, options=sql.SQL(options.get(role, "NOLOGIN"))))
        for role in options:
            _set_password(cursor, prefix, role)
        members = [f"{prefix}_{role}" for role in ("citizen", "staff", "auth")]
        cursor.execute(_GRANT.format(roles=", ".join(members), member=f"{prefix}_web"))
        cursor.execute(_GRANT.format(roles=", ".join([*members, f"{prefix}_worker"]), member="CURRENT_USER"))
        names = ", ".join(f"{prefix}_{role}" for role in ROLES)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {names}")


_GRANT = """
DO $$ BEGIN
  GRANT {roles} TO {member};
EXCEPTION WHEN OTHERS THEN
  IF SQLERRM NOT LIKE '%concurrently%' AND SQLSTATE NOT IN ('23505', '0LP01') THEN RAISE; END IF;
END $$
"""

_SET_LOGIN = """
DO $$ BEGIN
  ALTER ROLE {role} PASSWORD {password};
EXCEPTION WHEN OTHERS THEN
  IF SQLERRM NOT LIKE '%concurrently%' THEN RAISE; END IF;
END $$
"""


def _set_password(cursor: Any, prefix: str, role: str) -> None:
    password = settings.SHIMIN.database_password(role)
    cursor.execute(sql.SQL(_SET_LOGIN).format(role=sql.Identifier(f"{prefix}_{role}"), password=sql.Literal(password)))
