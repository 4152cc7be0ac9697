"""Fixtures for talking to the departments as they really are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.departments import Departments, running_departments


@pytest.fixture(scope="session")
def departments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Departments]:
    """The departments, started once for each test process."""
    with running_departments(tmp_path_factory.mktemp("departments")) as running:
        yield running
