"""Migration operations that give a table its grants and row-level policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import StateApps

ROLES = ("citizen", "staff", "worker", "auth", "web")

# Settings of the transaction as typed, stable functions, so that the planner calls them once.
SETTING_FUNCTIONS = """
CREATE OR REPLACE FUNCTION shimin_account_id() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('shimin.account', true), '')::bigint $$;
CREATE OR REPLACE FUNCTION shimin_person_id() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('shimin.person', true), '')::bigint $$;
CREATE OR REPLACE FUNCTION shimin_agency_ids() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT string_to_array(nullif(current_setting('shimin.agencies', true), ''), ',')::bigint[] $$;
CREATE OR REPLACE FUNCTION shimin_region_codes() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT string_to_array(nullif(current_setting('shimin.regions', true), ''), ',') $$;
CREATE OR REPLACE FUNCTION shimin_has_role(role text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT role = ANY (string_to_array(coalesce(current_setting('shimin.roles', true), ''), ',')) $$;
"""


def protect(
    table: str,
    *,
    grants: Mapping[str, str],
    policies: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Operation]:
    """Return operations that grant privileges and, with ``policies``, switch row-level security on.

    ``grants`` maps a role (citizen, staff, worker, auth, web) to privileges ("SELECT, INSERT").
    ``policies`` maps a role to {command: predicate}; command is select, insert, update, delete or all. Predicates
    call the setting functions as ``(select shimin_person_id())`` so that they run once a statement.
    The worker always gets all rows of what it was granted.
    """

    def forwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in statements(table, grants, policies):
            editor.execute(statement)

    return [RunPython(forwards, RunPython.noop)]


def statements(
    table: str, grants: Mapping[str, str], policies: Mapping[str, Mapping[str, str]] | None
) -> Sequence[str]:
    """Return the SQL of ``protect``: grants first, then policies named ``<table>_<role>_<command>``."""
    result = [f'GRANT {privileges} ON "{table}" TO {_role(role)}' for role, privileges in grants.items()]
    if policies is None:
        return result
    result.append(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    if "worker" in grants and "worker" not in policies:
        policies = {**policies, "worker": {"all": "true"}}
    for role, commands in policies.items():
        for command, predicate in commands.items():
            clause = _clause(command, predicate)
            result.append(
                f'CREATE POLICY "{table}_{role}_{command}" ON "{table}" FOR {command.upper()} TO {_role(role)} {clause}'
            )
    return result


def grant_execute(function: str, *roles: str) -> Operation:
    """Return an operation that lets only ``roles`` call ``function`` ("name(argument types)")."""

    def forwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        editor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        for role in roles:
            editor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {_role(role)}")

    return RunPython(forwards, RunPython.noop)


def _clause(command: str, predicate: str) -> str:
    if command == "insert":
        return f"WITH CHECK ({predicate})"
    if command in ("update", "all"):
        return f"USING ({predicate}) WITH CHECK ({predicate})"
    return f"USING ({predicate})"


def _role(role: str) -> str:
    if role not in ROLES:
        raise ValueError(f"unknown database role {role!r}: use one of {', '.join(ROLES)}")
    return f"{settings.SHIMIN.database_role_prefix}_{role}"
