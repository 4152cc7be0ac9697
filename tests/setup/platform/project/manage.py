"""Note each command, and do the little that the launcher relies on."""

import base64
import json
import os
import pathlib
import sys
from typing import Any

DATA = pathlib.Path(os.environ["SHIMIN_DATA_DIR"])
KEYS = pathlib.Path(os.environ["SHIMIN_KEYS_DIR"])
ROLES = ("citizen", "staff")


def connect() -> Any:
    import psycopg  # half of the commands do without it, and it takes longer than they do

    return psycopg.connect(os.environ["DATABASE_URL"])


def make_keys() -> None:
    for name in ("secret_key", "field_key", "index_key", "audit_key", "platform_signing.pem"):
        path = KEYS / name
        if not path.exists():
            path.write_bytes(base64.b64encode(os.urandom(32)))
            path.chmod(0o600)


def make_roles() -> None:
    with connect() as connection:
        for role in ROLES:
            connection.execute(
                f"DO $$ BEGIN CREATE ROLE shimin_{role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
            )


def migrate() -> None:
    make_roles()
    with connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS person (id bigint PRIMARY KEY, name text, data jsonb)")
        connection.execute("CREATE TABLE IF NOT EXISTS region (code char(6) PRIMARY KEY, name text)")
        connection.execute("ALTER TABLE person ENABLE ROW LEVEL SECURITY")
        connection.execute("DROP POLICY IF EXISTS person_citizen_select ON person")
        connection.execute("CREATE POLICY person_citizen_select ON person FOR SELECT TO shimin_citizen USING (true)")


def demo_data() -> None:
    with connect() as connection:
        connection.execute(
            "INSERT INTO person SELECT n, '市民' || n, jsonb_build_object('n', n) FROM generate_series(1, 500) n"
            " ON CONFLICT DO NOTHING"
        )
        connection.execute("INSERT INTO region VALUES ('430100', '长沙市') ON CONFLICT DO NOTHING")


def checksums() -> None:
    """Print for each table its row count and a checksum over all its rows."""
    summary = "SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM {} t"
    with connect() as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        sums = {name: connection.execute(summary.format(name)).fetchone() for (name,) in names}
    print(json.dumps(sums))


def main() -> None:
    with (DATA / "calls.txt").open("a") as calls:
        calls.write(" ".join(sys.argv[1:]) + "\n")
    name = sys.argv[1]
    if name == "demo_accounts":
        print("demo account: 13800000000")
    elif name == "greet":
        print("good day", os.environ.get("SHIMIN_DEMO", "-"), *sys.argv[2:])
        sys.exit(7 if "--fail" in sys.argv else 0)
    elif work := globals().get(name):
        work()


main()
