"""Fixtures for the tests of set-up; the slow ones run only when they are asked for."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.setup.checkout import Copy, make_copy


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    """A copy whose packages are installed already (by stand-ins for uv and npm); its processes end with the test."""
    made = make_copy(tmp_path / "city")
    yield made
    for process in made.started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests out unless they are asked for with -m."""
    if "setup" in config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("setup")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]
