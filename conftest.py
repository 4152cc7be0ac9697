"""Fixtures for every test: no network beyond this machine, and a database whose commits are real."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

# A busy machine is no fault of the code under test.
settings.register_profile("shimin", deadline=None)
settings.load_profile("shimin")

_connect = socket.socket.connect


def _connect_to_loopback_only(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6):
        host = str(address[0])
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise AssertionError(f"a test tried to reach {host}: only this machine is allowed")
    _connect(self, address)


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", _connect_to_loopback_only)
    yield
    patch.undo()


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database with real commits, for parallel connections and live servers; emptied of people's rows afterwards.

    Reference rows (regions, calendar, published services) stay: a test that changes one must put it back.
    """
    from django.db import connections

    with django_db_blocker.unblock():
        empty_volatile_tables()
        yield
        empty_volatile_tables()
        connections.close_all()


def empty_volatile_tables() -> None:
    """Truncate every table but the reference ones and the id generator's node numbers."""
    from django.apps import apps
    from django.db import connection

    from shimin.kernel.tables import Table, TableKind

    # pytest-django makes a test database only if a test with its own mark was selected; else this is somebody's data.
    name = str(connection.settings_dict["NAME"])
    assert name.startswith("test_"), f"{name} is no test database: select a test marked django_db along with this one"
    tables = sorted(
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, Table) and model.kind is not TableKind.REFERENCE and model._meta.db_table != "kernel_node"
    )
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE " + ", ".join(f'"{table}"' for table in tables) + " CASCADE")
