"""The own PostgreSQL cluster: made once, started by the first who needs it, stopped by the last."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from shimin.launch.children import Command
from shimin.launch.faults import Fault
from shimin.launch.leftovers import processes
from shimin.launch.locks import SharedLock, exclusive
from shimin.launch.postgres import Login, Postgres, cluster_dir, cluster_major, find_postgres, server_login
from shimin.launch.settings import Settings
from shimin.launch.tools import fault_in, run_tool

OWNER = "postgres"
DATABASE = "shimin"
PORT = 5432  # only names the socket file: the cluster opens no network port
_LONGEST_SOCKET = 103  # bytes in sockaddr_un, less the closing zero and some room

_SERVER_SETTINGS = """
# Written by ./shimin at set-up; change it freely, it is not written again.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


@contextmanager
def running_cluster(settings: Settings) -> Iterator[str]:
    """Yield the owner's URL of the own cluster, made and started when needed; the last user stops it.

    A cluster left running by a killed launcher is taken over.
    """
    decision = settings.run_dir / "cluster.lock"
    with exclusive(decision):
        user = SharedLock(settings.run_dir / "cluster-users.lock")
        postgres = find_postgres(settings)
        login = server_login(cluster_dir(settings))
        if not cluster_major(settings):
            _make(settings, postgres, login)
    try:
        with exclusive(decision):
            _ensure_started(settings, postgres, login)
        yield f"postgresql://{OWNER}@/{DATABASE}?host={quote(str(socket_dir(settings)), safe='/')}&port={PORT}"
    finally:
        with exclusive(decision):
            if user.release() and _postmaster(cluster_dir(settings)) is not None:
                _stop(settings, postgres, login)
                _drop_short_socket_dir(settings)


def socket_dir(settings: Settings) -> Path:
    """Return the folder of the socket: in the data directory, or in /tmp when that path is too long for a socket."""
    wanted = settings.run_dir
    if len(os.fsencode(wanted / f".s.PGSQL.{PORT}.lock")) <= _LONGEST_SOCKET:
        return wanted
    digest = hashlib.sha256(os.fsencode(settings.data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"shimin-{os.geteuid()}-{digest}")


def _drop_short_socket_dir(settings: Settings) -> None:
    if socket_dir(settings) != settings.run_dir:
        with suppress(OSError):  # somebody put a file there: it is empty enough for the next start
            socket_dir(settings).rmdir()


def _make(settings: Settings, postgres: Postgres, login: Login) -> None:
    """Make the cluster beside its place and rename it: a killed set-up leaves nothing that looks finished."""
    target = cluster_dir(settings)
    draft = target.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    login.give(draft)
    options = ["--username", OWNER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
    _run(
        settings, [*login.prefix, postgres.program("initdb"), "-D", str(draft), *options], "Making the database cluster"
    )
    with (draft / "postgresql.conf").open("a") as file:
        file.write(_SERVER_SETTINGS)
    if target.exists():
        target.rmdir()
    draft.rename(target)


def _ensure_started(settings: Settings, postgres: Postgres, login: Login) -> None:
    """Start the server, or take over a running one; one whose socket was swept away is started anew."""
    folder = cluster_dir(settings)
    if _postmaster(folder) is None:
        # After a crash the pid in these files may be another program's by now, and PostgreSQL would refuse to start.
        for path in (folder / "postmaster.pid", *socket_dir(settings).glob(".s.PGSQL.*")):
            path.unlink(missing_ok=True)
        _wait_for_orphans(folder)
    elif (socket_dir(settings) / f".s.PGSQL.{PORT}").exists():
        return
    else:
        _stop(settings, postgres, login)
    _start(settings, postgres, login)


def _start(settings: Settings, postgres: Postgres, login: Login) -> None:
    socket = socket_dir(settings)
    socket.mkdir(mode=0o700, exist_ok=True)
    _check_own(socket, login)
    login.give(socket)
    log = settings.log_dir / "postgres.log"
    log.touch()
    login.give(log)
    options = f"-k '{socket}' -p {PORT}"
    said = log.stat().st_size
    try:
        _pg_ctl(settings, postgres, login, "start", "--wait", "--timeout=60", "--log", str(log), "--options", options)
    except Fault as fault:  # pg_ctl says that there is a reason; mostly the server's log has it
        lines = [line for line in log.read_text(errors="replace")[said:].splitlines() if re.search("FATAL|PANIC", line)]
        doing = "Starting the database"
        raise fault_in("\n".join(lines) or fault.wrong, doing=doing, log=log, cwd=settings.data_dir) from None
    _make_database(settings, postgres, socket)


def _stop(settings: Settings, postgres: Postgres, login: Login) -> None:
    """Stop the server; one that cannot write its last checkpoint (full disk) ends anyway and recovers at its start."""
    try:
        _pg_ctl(settings, postgres, login, "stop", "--mode=fast", "--wait", "--timeout=60")
    except Fault:
        if _postmaster(cluster_dir(settings)) is not None:
            _pg_ctl(settings, postgres, login, "stop", "--mode=immediate", "--wait", "--timeout=60")


def _make_database(settings: Settings, postgres: Postgres, socket: Path) -> None:
    connect = ["-X", "-q", "-At", "-h", str(socket), "-p", str(PORT), "-U", OWNER, "-d", "postgres", "-c"]
    psql = [postgres.program("psql"), *connect]
    names = _run(settings, [*psql, "SELECT datname FROM pg_database"], "Reading the databases")
    if DATABASE not in names.split():
        _run(settings, [*psql, f"CREATE DATABASE {DATABASE}"], "Creating the database")


def _postmaster(folder: Path) -> int | None:
    """Return the pid of the server of this folder; a number in postmaster.pid may by now be another program's."""
    try:
        pid = int((folder / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if _works_in(pid, folder) else None


def _wait_for_orphans(folder: Path, seconds: float = 10.0) -> None:
    """Wait until the sessions of a killed server have noticed: until then its shared memory stops a new one."""
    deadline = time.monotonic() + seconds
    while any(_works_in(pid, folder) for pid in processes()) and time.monotonic() < deadline:
        time.sleep(0.05)


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
    except OSError:  # ended meanwhile, or another user's
        return False


def _check_own(socket: Path, login: Login) -> None:
    """A folder in /tmp could have been put there by somebody else."""
    status = socket.lstat()
    if socket.is_symlink() or status.st_uid not in (os.geteuid(), login.owner) or status.st_mode & 0o022:
        raise Fault(f"{socket} belongs to somebody else", "remove it, or choose a shorter SHIMIN_DATA_DIR.")


def _pg_ctl(settings: Settings, postgres: Postgres, login: Login, action: str, *options: str) -> None:
    folder = str(cluster_dir(settings))
    command = [*login.prefix, postgres.program("pg_ctl"), action, "-D", folder, "--silent", *options]
    doing = "Starting the database" if action == "start" else "Stopping the database"
    _run(settings, command, doing)


def _run(settings: Settings, command: Command, doing: str) -> str:
    environ = {name: value for name, value in settings.environ.items() if not name.startswith("PG")}
    log = settings.log_dir / "setup.log"
    return run_tool(command, doing=doing, log=log, env={**environ, "LC_ALL": "C.UTF-8"}, cwd=settings.data_dir)
