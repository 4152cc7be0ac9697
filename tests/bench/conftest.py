"""The runs of the bench are slow: they run only when they are asked for with -m setup."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the runs out unless they are asked for."""
    if "setup" in config.option.markexpr:
        return
    slow = [item for item in items if item.path.is_relative_to(HERE) and item.get_closest_marker("setup")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]
