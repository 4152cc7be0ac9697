"""``./shimin backup``: database, uploaded files and, when asked, keys in one archive."""

from __future__ import annotations

import io
import json
import os
import tarfile
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shimin.launch.database import Database, open_database
from shimin.launch.faults import Fault
from shimin.launch.postgres import find_client
from shimin.launch.preparation import key_checks
from shimin.launch.serving import install_files
from shimin.launch.settings import Settings
from shimin.launch.stages import files_below
from shimin.launch.tools import run_tool

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"


def backup(settings: Settings, arguments: Sequence[str]) -> int:
    """Write ``FILE``, by default backups/shimin-<time>.tar; the platform may run meanwhile.

    Files are added only, never changed, and they are read after the database: none that it names is missing.
    """
    names = [part for part in arguments if not part.startswith("--")]
    if len(names) > 1 or set(arguments) - set(names) - {"--with-keys"}:
        raise Fault("backup takes one file name and --with-keys", "see ./shimin --help")
    target = Path(names[0]).absolute() if names else _default(settings)
    install_files(settings)
    with open_database(settings) as database:
        write_backup(settings, database, target, with_keys="--with-keys" in arguments)
    print(f"{target} ({target.stat().st_size >> 10} kB)")
    if "--with-keys" not in arguments:
        print(f"It holds no keys: keep a copy of {settings.keys_dir} apart from it, or a restore loses what they open.")
    return 0


def write_backup(settings: Settings, database: Database, target: Path, *, with_keys: bool) -> None:
    """Write the archive beside its place and rename it, so that a name never stands for half a backup."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".part")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump = Path(folder, DUMP)
        _dump(settings, database, dump)
        try:
            with open(draft, "wb", opener=_private) as file, tarfile.open(fileobj=file, mode="w") as archive:
                _add_text(archive, MANIFEST, json.dumps(_manifest(settings, database, with_keys), indent=2))
                archive.add(dump, DUMP)
                _add_folder(archive, settings.data_dir / "files", "files")
                if with_keys:
                    _add_folder(archive, settings.keys_dir, "keys")
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _default(settings: Settings) -> Path:
    return settings.root / "backups" / f"shimin-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar"


def _manifest(settings: Settings, database: Database, with_keys: bool) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "postgres": database.major,
        "role_prefix": settings.role_prefix,
        "demo": bool(database.mark.get("demo")),
        "with_keys": with_keys,
        "keys": key_checks(settings),
    }


def _dump(settings: Settings, database: Database, target: Path) -> None:
    client = find_client(settings, database.major)
    run_tool(
        [client.program("pg_dump"), "--format=custom", "--no-owner", "--file", target, "--dbname", database.url],
        doing="Dumping the database",
        log=settings.log_dir / "backup.log",
        env=settings.environ,
        cwd=target.parent,
    )


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    archive.addfile(member, io.BytesIO(data))


def _add_folder(archive: tarfile.TarFile, folder: Path, name: str) -> None:
    for path in sorted(files_below(folder)):
        archive.add(path, f"{name}/{path.relative_to(folder).as_posix()}", recursive=False)
