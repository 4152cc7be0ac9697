"""An installation of the bench's own: a fresh database and the processes that ``./shimin serve`` starts, on free ports.

Keys, database roles, static files and the departments' people are its own too, so a run touches nothing that serves
people. The folder stays (the departments invent 60,000 people once); database and roles go with the run.
"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql

from shimin.launch import leftovers
from shimin.launch.data_folder import claim
from shimin.launch.database import look_at, open_database
from shimin.launch.faults import Fault
from shimin.launch.locks import Busy, exclusive
from shimin.launch.ports import check_free
from shimin.launch.preparation import prepare, process_environment
from shimin.launch.serving import sandbox_service, web_service, worker_service
from shimin.launch.settings import Settings, load_settings
from shimin.launch.supervision import Supervisor
from shimin.project import config
from shimin.sandbox.archive import ensure_archives

CITY = "430100"
_ROLES = ("web", "worker", "citizen", "staff", "auth")
_KEPT = ("SHIMIN_WEB_WORKERS", "SHIMIN_WEB_THREADS", "SHIMIN_CRYPTO_SUITE")
_READY_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class People:
    """How many people the departments know: residents with whole lives, and candidates who have a score only."""

    residents: int
    candidates: int

    @property
    def options(self) -> list[str]:
        """The numbers as the departments' command takes them."""
        return ["--residents", str(self.residents), "--rush-candidates", str(self.candidates)]


@dataclass(frozen=True, slots=True)
class Installation:
    """What a workload measures. ``supervisor`` is None for a server that runs elsewhere (--base-url)."""

    settings: Settings
    database_url: str
    base_url: str
    people: People
    supervisor: Supervisor | None = None

    @property
    def web_database_url(self) -> str:
        """The database as the web processes see it: under their login, which has no rights of its own."""
        return config.process_database_url(config.load(self.environ("web")))

    def build_archives(self) -> Path:
        """Return the departments' own files, made at first use; before their processes are waited for."""
        return ensure_archives(self.settings.data_dir / "sandbox", self.people.residents, self.people.candidates)

    @property
    def work_dir(self) -> Path:
        """For what a run writes and the next may overwrite."""
        return self.settings.run_dir

    def environ(self, process: str) -> dict[str, str]:
        """Return the environment of a process of this installation."""
        return process_environment(self.settings, url=self.database_url, process=process, demo=True)

    def pid_of(self, service: str) -> int:
        """Return the process of web, worker or sandbox.

        Raises:
            Fault: it runs elsewhere.
        """
        if self.supervisor is None:
            raise Fault("This workload needs an installation of its own", "leave --base-url out.")
        return self.supervisor.pid_of(service)

    def run(self, module: str, *arguments: str, process: str = "owner") -> str:
        """Run a module of the bench as the owner of the database, or a process's login, and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=self.environ(process), cwd=self.settings.root, stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Fault(f"python -m {module} failed", "read its words above.")
        return done.stdout

    def export_people(self, command: str, *arguments: str) -> list[bytes]:
        """Return what the departments tell of their people, one JSON object a line."""
        program = [sys.executable, "-m", "shimin.sandbox", command, "--data-dir", str(self.build_archives().parent)]
        done = subprocess.run(
            [*program, *self.people.options, *arguments], stdout=subprocess.PIPE, check=True, cwd=self.settings.root
        )
        return done.stdout.splitlines()


@contextmanager
def own_installation(people: People) -> Iterator[Installation]:
    """Set up, start, yield, and end everything, however the block ends.

    Raises:
        Fault: another bench runs in this data directory, or the database's login may not make databases.
    """
    outer = load_settings()
    with open_database(outer) as server:
        settings = _settings(outer, server.url)
        claim(settings)
        try:
            with exclusive(settings.run_dir / "bench.lock", wait=False):
                leftovers.end_leftovers(settings.run_dir)
                with _fresh_database(server.url, settings):
                    yield from _started(settings, people)
        except Busy:
            raise Fault("Another bench is running here", "wait for its end: two at once measure each other.") from None


def running_installation(base_url: str) -> Installation:
    """Return a server that runs already; DATABASE_URL and the keys must be its own."""
    settings = load_settings()
    if not settings.database_url:
        raise Fault("--base-url needs the server's database", "give its DATABASE_URL.")
    return Installation(settings, settings.database_url, base_url.rstrip("/"), People(0, 0))


def _settings(outer: Settings, server_url: str) -> Settings:
    folder = outer.data_dir / "bench"
    name = f"shimin_bench_{hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]}"
    environ = {key: value for key, value in os.environ.items() if not key.startswith("SHIMIN_") or key in _KEPT}
    environ |= {
        "SHIMIN_DATA_DIR": str(folder),
        "SHIMIN_PORT": str(free_port()),
        "SHIMIN_DB_ROLE_PREFIX": name,
        "DATABASE_URL": database_named(server_url, name),
    }
    return load_settings(environ)


def database_named(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    place, mark, query = url.partition("?")
    return f"{place.rpartition('/')[0]}/{name}{mark}{query}"


def free_port() -> int:
    """Return a port that is free together with those of the departments above it."""
    while True:
        port = random.randrange(20_000, 30_000)
        try:
            check_free("127.0.0.1", (port, *range(port + 101, port + 110), port + 141, port + 142, port + 143))
        except Fault:
            continue
        return port


@contextmanager
def _fresh_database(server_url: str, settings: Settings) -> Iterator[None]:
    """Make the database, and drop it with its roles afterwards; one left by a killed run goes first."""
    with psycopg.connect(server_url, autocommit=True) as server:
        _drop(server, settings.role_prefix)
        try:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(settings.role_prefix)))
        except psycopg.errors.InsufficientPrivilege:
            raise Fault(
                "The database's login may not make databases", "as a superuser: ALTER ROLE login CREATEDB"
            ) from None
    try:
        yield
    finally:
        with psycopg.connect(server_url, autocommit=True) as server:
            _drop(server, settings.role_prefix)


def _drop(server: psycopg.Connection, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    for role in _ROLES:
        server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"{name}_{role}")))


def _started(settings: Settings, people: People) -> Iterator[Installation]:
    with redirect_stdout(sys.stderr):  # --json keeps stdout for figures
        prepare(settings, look_at(settings, settings.database_url), demo=False)
    with leftovers.marked_run(settings.run_dir) as mark, Supervisor(settings.log_dir, settings.root) as supervisor:
        made = Installation(settings, settings.database_url, settings.url, people, supervisor)
        made.build_archives()
        marked = {leftovers.MARK: mark}
        sandbox = sandbox_service(settings, made.environ("owner") | marked)
        supervisor.start(replace(sandbox, command=[*sandbox.command, *people.options]))
        supervisor.start(worker_service(settings, made.environ("worker") | marked))
        # The load comes from one machine: filings and look-ups are limited by address, so a workload sends many.
        behind_proxy = {"SHIMIN_TRUSTED_PROXIES": "127.0.0.1"}
        supervisor.start(web_service(settings, made.environ("web") | marked | behind_proxy))
        supervisor.wait_until_ready(_READY_SECONDS)
        yield made


def say(words: str) -> None:
    """Tell the person who waits how far the run is; figures alone go to standard output."""
    print(words, file=sys.stderr, flush=True)


def lines(values: Sequence[bytes]) -> bytes:
    """Return lines as a file's content."""
    return b"".join(value + b"\n" for value in values)
