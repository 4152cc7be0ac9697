"""Ask or mark a database. Runs inside the virtual environment (it needs psycopg): request in, answer out, as JSON.

The mark of set-up is the database's own comment, so a dropped or restored database does not look set up.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import psycopg
from psycopg import sql

_STARTING = ("57P03", "57P02")  # cannot_connect_now: starting up, crash_shutdown: about to
_PATIENCE_SECONDS = 30.0

_LOOK = """
SELECT current_setting('server_version_num')::int / 10000 AS major,
       pg_encoding_to_char(encoding) AS encoding,
       coalesce(shobj_description(oid, 'pg_database'), '') AS comment,
       (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user) AS may_make_roles,
       pg_has_role(datdba, 'USAGE') AS is_owner,
       (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public') AS tables,
       -- trigram search finds Chinese words only where the locale knows that they are letters
       '市' ~ '\\w' AS knows_chinese
FROM pg_database WHERE datname = current_database()
"""


def look(url: str) -> dict[str, Any]:
    """Return what set-up wants to know of the database."""
    with _connect(url) as connection, connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        return dict(cursor.execute(_LOOK).fetchone() or {})


def mark(url: str, text: str) -> dict[str, Any]:
    """Write the mark of set-up."""
    with _connect(url) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(text)))
    return {}


def _connect(url: str) -> psycopg.Connection[Any]:
    """Connect, waiting for a server that is just starting."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return psycopg.connect(url, connect_timeout=5)
        except psycopg.OperationalError as error:
            starting = error.sqlstate in _STARTING or "starting up" in str(error)
            if not starting or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def main() -> None:
    """Answer one request from standard input: {"do": "look" | "mark", "url": …, "text": …}."""
    request = json.load(sys.stdin)
    try:
        answer = look(request["url"]) if request["do"] == "look" else mark(request["url"], request["text"])
    except psycopg.Error as error:
        answer = {"error": str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
