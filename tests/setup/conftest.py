"""Fixtures for the tests of set-up; the slow ones run only when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.setup.checkout import Copy, made_copy


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    """A copy whose packages are installed already (by stand-ins for uv and npm); its processes end with the test."""
    with made_copy(tmp_path / "city") as made:
        yield made


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy that runs the demo, for tests that leave it running."""
    with made_copy(tmp_path_factory.mktemp("running") / "city") as made:
        made.start_ready("demo")
        yield made


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy that is set up with demo rows and an uploaded file, for tests that change neither."""
    with made_copy(tmp_path_factory.mktemp("filled") / "city") as made:
        assert made.run("setup", "--demo").returncode == 0
        upload = made.data_dir / "files" / "ab" / "abcdef"
        upload.parent.mkdir(parents=True)
        upload.write_bytes(b"\x00a citizen's photo")
        yield made


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests out unless they are asked for with -m."""
    if "setup" in config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("setup")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]
