"""The database of this installation: the one DATABASE_URL names, else the own cluster."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from shimin.launch.cluster import running_cluster
from shimin.launch.faults import Fault
from shimin.launch.postgres import OLDEST_POSTGRES
from shimin.launch.settings import Settings


@dataclass(frozen=True, slots=True)
class Database:
    """An open database and what its last set-up wrote down."""

    url: str
    major: int
    tables: int
    mark: dict[str, Any]  # fingerprint, demo, keys; empty before set-up


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """Yield the database, reachable and fit for use.

    Raises:
        Fault: it cannot be reached, or does not fit.
    """
    if settings.database_url:
        yield look_at(settings, settings.database_url)
    else:
        with running_cluster(settings) as url:
            yield look_at(settings, url)


def look_at(settings: Settings, url: str) -> Database:
    """Check a database and return what is known of it.

    Raises:
        Fault: it cannot be reached, is too old, not UTF-8, blind to Chinese, or its login may not make roles.
    """
    seen = _ask(settings, {"do": "look", "url": url})
    name = hide_password(url)
    if "error" in seen:
        raise Fault(f"The database {name} cannot be reached ({seen['error']})", "correct DATABASE_URL or start it.")
    if seen["major"] < OLDEST_POSTGRES:
        raise Fault(f"{name} runs PostgreSQL {seen['major']}", f"use {OLDEST_POSTGRES} or newer.")
    if seen["encoding"] != "UTF8" or not seen["knows_chinese"]:
        raise Fault(
            f"{name} cannot search Chinese text",
            "create it with: createdb --template=template0 --encoding=UTF8 --locale=C.UTF-8 NAME",
        )
    if not (seen["is_owner"] and seen["may_make_roles"]):
        raise Fault(
            f"The login of {name} must own the database and may make roles",
            "as a superuser: ALTER ROLE login CREATEROLE; ALTER DATABASE name OWNER TO login",
        )
    return Database(url, seen["major"], seen["tables"], _parsed(seen["comment"]))


def write_mark(settings: Settings, url: str, mark: dict[str, Any]) -> None:
    """Write down in the database what it was set up for."""
    answer = _ask(settings, {"do": "mark", "url": url, "text": "shimin " + json.dumps(mark, sort_keys=True)})
    if "error" in answer:
        raise Fault(f"The database cannot be marked as set up ({answer['error']})", "let its login own it.")


def hide_password(url: str) -> str:
    """Return a URL that may be shown."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=f"{parts.username}:***@{parts.netloc.rpartition('@')[2]}"))


def _parsed(comment: str) -> dict[str, Any]:
    if not comment.startswith("shimin {"):
        return {}
    mark: dict[str, Any] = json.loads(comment.removeprefix("shimin "))
    return mark


def _ask(settings: Settings, request: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [settings.python, "-m", "shimin.launch.database_probe"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
        env={**settings.environ, "PYTHONIOENCODING": "utf-8"},
    )
    if done.returncode:
        raise Fault(
            f"The installed packages do not work ({done.stderr.strip().splitlines()[-1:]})",
            f"remove {settings.venv}, then run the same command again.",
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
