"""``./shimin doctor``: look at everything an installation needs, change nothing, name what to mend."""

from __future__ import annotations

import shutil
import stat
import sys
from collections.abc import Callable, Sequence

from shimin.launch import debian
from shimin.launch.cluster import running_cluster
from shimin.launch.database import Database, hide_password, look_at
from shimin.launch.faults import Fault
from shimin.launch.frontend import OLDEST_NODE, frontend_stages, system_node
from shimin.launch.locks import Busy, exclusive
from shimin.launch.packages import package_stages
from shimin.launch.ports import check_free
from shimin.launch.postgres import cluster_dir, cluster_major, find_postgres
from shimin.launch.preparation import check_keys, key_checks
from shimin.launch.settings import KEY_NAMES, Settings

_SCARCE = 500 * 2**20

Examination = Callable[[Settings], str]


def doctor(settings: Settings, arguments: Sequence[str]) -> int:
    """Print one line per thing; the exit status is 1 when one has to be mended."""
    if arguments:
        raise Fault("doctor takes no arguments", "./shimin doctor")
    wrong = 0
    for title, examine in _EXAMINATIONS.items():
        try:
            verdict, text = "ok", examine(settings)
        except Fault as fault:
            verdict, text = "MEND", str(fault)
            wrong += 1
        print(f"  {verdict:<5} {title:<14} {text}", flush=True)
    for need in debian.missing():
        print(f"  note  {'tests':<14} {need.package} is missing: {need.skipped} are skipped")
    return 1 if wrong else 0


def _packages(settings: Settings) -> str:
    undone = [stage.title for stage in package_stages(settings, development=False) if not stage.is_done()]
    if undone:
        raise Fault(f"not up to date: {', '.join(undone)}", "./shimin setup")
    return f"as locked, in {settings.venv}"


def _frontend(settings: Settings) -> str:
    if not frontend_stages(settings)[-1].is_done():
        node = "the system's" if system_node() else f"a wheel's (no Node.js from {OLDEST_NODE} here)"
        raise Fault(f"not fetched yet, {node} npm will do it", "./shimin setup")
    return "as locked"


def _data(settings: Settings) -> str:
    if not settings.run_dir.is_dir():
        raise Fault(f"{settings.data_dir} is not set up", "./shimin setup")
    free = shutil.disk_usage(settings.data_dir).free
    if free < _SCARCE:
        raise Fault(f"only {free >> 20} MB are free for {settings.data_dir}", "free some space.")
    return f"{settings.data_dir}, {free >> 30} GB free"


def _keys(settings: Settings) -> str:
    missing = [name for name in KEY_NAMES if name not in key_checks(settings)]
    if missing:
        raise Fault(f"missing in {settings.keys_dir}: {', '.join(missing)}", "./shimin setup, or put back your copy.")
    for name in KEY_NAMES:
        if settings.key_path(name).stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise Fault(f"{settings.key_path(name)} can be read by others", f"chmod 600 {settings.key_path(name)}")
    return f"complete, in {settings.keys_dir}"


def _database(settings: Settings) -> str:
    if settings.database_url:
        return _describe(settings, look_at(settings, settings.database_url))
    if not cluster_major(settings):
        raise Fault(f"no cluster yet, PostgreSQL {find_postgres(settings).major} will make it", "./shimin setup")
    with running_cluster(settings) as url:
        return _describe(settings, look_at(settings, url))


def _describe(settings: Settings, database: Database) -> str:
    check_keys(settings, database)
    if not database.mark:
        raise Fault("the database is not set up", "./shimin setup")
    kind = "demo city" if database.mark.get("demo") else "real use"
    place = hide_password(database.url) if settings.database_url else str(cluster_dir(settings))
    return f"PostgreSQL {database.major}, {database.tables} tables, {kind}, {place}"


def _ports(settings: Settings) -> str:
    try:
        with exclusive(settings.run_dir / "serve.lock", wait=False):
            check_free(settings.host, [settings.port])
    except Busy as busy:
        return f"serving now ({busy.note})"
    return f"{settings.port} is free"


_EXAMINATIONS: dict[str, Examination] = {
    "Python": lambda settings: f"{sys.version.partition(' ')[0]} ({sys.executable})",
    "packages": _packages,
    "front-end": _frontend,
    "data": _data,
    "keys": _keys,
    "database": _database,
    "port": _ports,
}
