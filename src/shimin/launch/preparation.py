"""The stages that need Django: keys, static files, migrations, reference data, services, demo data."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from shimin.launch.database import Database, write_mark
from shimin.launch.faults import Fault
from shimin.launch.settings import KEY_NAMES, Settings
from shimin.launch.stages import Stage, files_below, fingerprint_of, run_stages, stamped
from shimin.launch.tools import run_tool

# Some images forbid byte code; without it every process would spend seconds of a core on compiling Django again.
_NOT_HANDED_ON = frozenset({"SHIMIN_DEMO", "PYTHONDONTWRITEBYTECODE"})

# Data is written with these; the others may be changed at will and only make the next start set up again.
_DATA_KEYS = ("field_key", "index_key", "audit_key")
_ROTATED_KEYS = ("field_key",)
# What a database or the static files are made from never lies in these folders.
_UNRELATED = frozenset({"tests", "launch", "sandbox", "templates", "static"})


def process_environment(settings: Settings, *, url: str, process: str = "owner", demo: bool) -> dict[str, str]:
    """Return the environment of a process of the platform."""
    environ = {name: value for name, value in settings.environ.items() if name not in _NOT_HANDED_ON}
    environ |= {
        "DATABASE_URL": url,
        "SHIMIN_DATA_DIR": str(settings.data_dir),
        "SHIMIN_KEYS_DIR": str(settings.keys_dir),
        "SHIMIN_PORT": str(settings.port),
        "SHIMIN_SANDBOX_PORT_BASE": str(settings.sandbox_port_base),
        "SHIMIN_PROCESS": process,
        "PYTHONUNBUFFERED": "1",
    }
    return environ | ({"SHIMIN_DEMO": "1"} if demo else {})


def prepare(settings: Settings, database: Database, *, demo: bool) -> None:
    """Bring keys, static files and database up to this checkout.

    Raises:
        Fault: the keys are not those of the database, or a stage failed.
    """
    check_keys(settings, database)
    demo = demo or bool(database.mark.get("demo"))
    environ = process_environment(settings, url=database.url, demo=demo)
    run_stages(_file_stages(settings, environ))
    wanted = {"fingerprint": _fingerprint(settings), "demo": demo, "keys": key_checks(settings)}
    if database.mark == wanted:
        return
    (settings.data_dir / "demo-accounts.txt").unlink(missing_ok=True)
    run_stages(_database_stages(settings, environ, demo=demo))
    write_mark(settings, database.url, wanted)


def demo_accounts(settings: Settings, database: Database) -> str:
    """Return the table of demo accounts; it is kept, because asking Django again would delay each start."""
    kept = settings.data_dir / "demo-accounts.txt"
    if not kept.exists():
        environ = process_environment(settings, url=database.url, demo=True)
        kept.write_text(_manage(settings, environ, "demo_accounts"))
    return kept.read_text()


def key_checks(settings: Settings) -> dict[str, str]:
    """Return for each key that is there a short digest, to tell keys apart without knowing them.

    Rotation lays further keys beside field_key: field_key.1 and so on.
    """
    paths = {name: settings.key_path(name) for name in KEY_NAMES}
    for name in _ROTATED_KEYS:
        paths |= {f"{name}{path.suffix}": path for path in _further(settings.key_path(name))}
    return {name: _key_check(name, path) for name, path in paths.items() if path.is_file()}


def check_keys(settings: Settings, database: Database) -> None:
    """Refuse to put new keys beside data that was written with others: it would be unreadable for good.

    Raises:
        Fault: the keys are missing or changed.
    """
    if not database.mark:
        return
    have = key_checks(settings)
    written = {name: check for name, check in database.mark.get("keys", {}).items() if name in _DATA_KEYS}
    changed = [name for name, check in written.items() if have.get(name) != check]
    if changed:
        raise Fault(
            f"The database was set up with other keys than those in {settings.keys_dir} ({', '.join(changed)})",
            "put its keys back from your backup, or start afresh with another SHIMIN_DATA_DIR and database.",
        )


def _file_stages(settings: Settings, environ: dict[str, str]) -> list[Stage]:
    static = settings.data_dir / "static"
    return [
        Stage(
            "Keys",
            lambda: all(settings.key_path(name).is_file() for name in KEY_NAMES),
            lambda: _manage(settings, environ, "make_keys"),
        ),
        stamped(
            "Static files",
            stamp=static / ".collected",
            fingerprint=lambda: fingerprint_of(settings.root, _static_sources(settings)),
            work=lambda: _manage(
                settings, environ | {"SHIMIN_COLLECT_STATIC": "1"}, "collectstatic", "--no-input", "--clear"
            ),
        ),
    ]


def _static_sources(settings: Settings) -> list[Path]:
    """Return what static files are made from: the icon sprite holds what pages, Python and services name."""
    sources = files_below(settings.root / "src" / "shimin", skip=frozenset({"tests", "launch", "sandbox"}))
    services = (settings.root / "services").rglob("service.yaml")
    return [*sources, *services, settings.root / "package-lock.json"]


def _database_stages(settings: Settings, environ: dict[str, str], *, demo: bool) -> list[Stage]:
    steps = [
        ("Migrations", ("migrate", "--no-input")),
        ("Regions and calendar", ("load_reference",)),
        ("Services", ("services", "publish", "--all")),
    ]
    if demo:
        steps.append(("Demo data", ("demo_data",)))
    return [_always(settings, environ, title, command) for title, command in steps]


def _always(settings: Settings, environ: dict[str, str], title: str, command: tuple[str, ...]) -> Stage:
    return Stage(title, lambda: False, lambda: _manage(settings, environ, *command))


def _fingerprint(settings: Settings) -> str:
    sources = files_below(settings.root / "src" / "shimin", skip=_UNRELATED)
    services = files_below(settings.root / "services")
    return fingerprint_of(settings.root, [*sources, *services, settings.requirements / "run.txt"])


def _manage(settings: Settings, environ: dict[str, Any], *command: str) -> str:
    return run_tool(
        [settings.python, "-m", "shimin.project.manage", *command],
        doing=f"manage {command[0]}",
        log=settings.log_dir / "setup.log",
        env=environ,
        cwd=settings.root,
    )


def _further(path: Path) -> list[Path]:
    return [each for each in sorted(path.parent.glob(f"{path.name}.[0-9]*")) if each.suffix[1:].isdigit()]


def _key_check(name: str, path: Path) -> str:
    """Return the digest of a key file; a wrapped one carries the digest it had before (``kernel.crypto.key_files``)."""
    content = path.read_bytes()
    for line in content.split(b"\n")[1:]:
        if line.startswith(b"check "):
            return line.removeprefix(b"check ").decode()
    return hashlib.sha256(b"shimin key check " + name.encode() + content).hexdigest()[:16]
