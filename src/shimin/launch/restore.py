"""``./shimin restore``: read a backup into an empty database, and say what cannot be read without its keys."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from shimin.launch.backup import DUMP, FORMAT, MANIFEST
from shimin.launch.database import Database, open_database, write_mark
from shimin.launch.faults import Fault
from shimin.launch.postgres import find_client
from shimin.launch.preparation import key_checks, process_environment
from shimin.launch.serving import install_files
from shimin.launch.settings import Settings
from shimin.launch.tools import run_tool

_LOST_WITHOUT = {
    "field_key": "encrypted fields (ID numbers, phones, addresses) cannot be read",
    "index_key": "people cannot sign in or be found by phone or ID number",
    "audit_key": "the audit trail so far cannot be verified",
    "secret_key": "everybody has to sign in again",
    "platform_signing.pem": "departments must be given the platform's new public key",
}


def restore(settings: Settings, arguments: Sequence[str]) -> int:
    """Read the archive ``FILE`` into the empty database of this installation."""
    if len(arguments) != 1:
        raise Fault("restore takes one file name", "./shimin restore backups/shimin-….tar")
    path = Path(arguments[0])
    if not path.is_file() or not tarfile.is_tarfile(path):
        raise Fault(f"{path} is not a backup", "name a file that ./shimin backup wrote.")
    install_files(settings)
    with open_database(settings) as database, tarfile.open(path) as archive:
        manifest = _manifest(settings, archive)
        _refuse_to_overwrite(settings, database, manifest)
        read_backup(settings, database, archive)
        # No fingerprint: the next start brings the restored state up to this checkout, with the keys found then.
        write_mark(settings, database.url, {"demo": manifest["demo"]})
        lost = lost_without_keys(settings, manifest)
    print(f"Restored the state of {manifest['made_at']}.")
    for line in lost:
        print(f"Lost: {line}.")
    if lost:
        print(f"Mend: put the keys of that time into {settings.keys_dir} before the next start.")
    return 0


def read_backup(settings: Settings, database: Database, archive: tarfile.TarFile) -> None:
    """Extract keys and files, make the database roles, load the dump in one transaction."""
    _extract(archive, "keys", settings.keys_dir)
    environ = process_environment(settings, url=database.url, demo=False)
    log = settings.log_dir / "backup.log"
    manage = [str(settings.python), "-m", "shimin.project.manage"]
    for command in ("make_keys", "make_roles"):
        run_tool([*manage, command], doing=f"manage {command}", log=log, env=environ, cwd=settings.root)
    _extract(archive, "files", settings.data_dir / "files")
    client = find_client(settings, database.major)
    options = ["--no-owner", "--exit-on-error", "--single-transaction", "--dbname", database.url]
    with tempfile.TemporaryDirectory(dir=settings.run_dir) as folder:
        _extract(archive, DUMP, Path(folder, DUMP))
        load = [client.program("pg_restore"), *options, str(Path(folder, DUMP))]
        run_tool(load, doing="Loading the database", log=log, env=settings.environ, cwd=settings.data_dir)


def lost_without_keys(settings: Settings, manifest: dict[str, Any]) -> list[str]:
    """Return what the restored data loses because the keys here are not those of the backup."""
    have = key_checks(settings)
    lost = [text for name, text in _LOST_WITHOUT.items() if have.get(name) != manifest["keys"].get(name)]
    further = (name for name in sorted(manifest["keys"]) if name.startswith("field_key."))
    return [*lost, *(f"what {name} encrypted cannot be read" for name in further if name not in have)]


def _manifest(settings: Settings, archive: tarfile.TarFile) -> dict[str, Any]:
    try:
        member = archive.extractfile(MANIFEST)
        manifest: dict[str, Any] = json.load(member) if member else {}
    except (KeyError, ValueError, tarfile.TarError):  # TarError: it ends in the middle
        manifest = {}
    if manifest.get("format") != FORMAT:
        raise Fault(
            f"{archive.name!s} is not a whole backup of this version", "name a file that ./shimin backup wrote."
        )
    if manifest["role_prefix"] != settings.role_prefix:
        raise Fault(
            f"The backup uses database roles named {manifest['role_prefix']}_…",
            f"set SHIMIN_DB_ROLE_PREFIX={manifest['role_prefix']}",
        )
    return manifest


def _refuse_to_overwrite(settings: Settings, database: Database, manifest: dict[str, Any]) -> None:
    if database.tables:
        raise Fault(
            f"The database holds {database.tables} tables and would be overwritten",
            "restore into an empty one: another SHIMIN_DATA_DIR, or another DATABASE_URL.",
        )
    other = [name for name, check in key_checks(settings).items() if manifest["keys"].get(name, check) != check]
    if manifest["with_keys"] and other:
        raise Fault(
            f"{settings.keys_dir} holds other keys than the backup ({', '.join(other)})",
            "move them away if nothing needs them, then run the same command again.",
        )


def _extract(archive: tarfile.TarFile, name: str, target: Path) -> None:
    """Write the member ``name``, or all below it, to ``target``; only plain files inside it, readable by the owner."""
    for member in archive.getmembers():
        path = PurePosixPath(member.name)
        if path.parts[:1] != (name,) or not member.isfile():
            continue
        if ".." in path.parts:
            raise Fault(f"{archive.name!s} names files outside its folder", "do not use it: it was tampered with.")
        place = target.joinpath(*path.parts[1:])
        place.parent.mkdir(parents=True, exist_ok=True)
        source = archive.extractfile(member)
        with os.fdopen(os.open(place, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            shutil.copyfileobj(source, file) if source else None
