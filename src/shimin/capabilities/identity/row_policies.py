"""Row-level policies that most tables of identity share; used by migrations."""

from __future__ import annotations

from django.db.migrations.operations.base import Operation

from shimin.kernel.policies import protect

OWN_ACCOUNT = "account_id = (select shimin_account_id())"
_WRITE = "SELECT, INSERT, UPDATE, DELETE"


def of_account(table: str, own: str, *, auth: str = _WRITE, worker: str = "SELECT, DELETE") -> list[Operation]:
    """Guard a table of rows of one account: its owner (citizen or staff) may do ``own``, the auth role all rows."""
    commands = {name: OWN_ACCOUNT for name in ("select", "insert", "update", "delete") if name.upper() in own}
    roles = ("citizen", "staff") if own else ()
    return protect(
        table,
        grants={"auth": auth, "worker": worker, **dict.fromkeys(roles, own)},
        policies={"auth": {"all": "true"}, **dict.fromkeys(roles, commands)},
    )
