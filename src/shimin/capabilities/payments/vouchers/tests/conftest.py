"""Fixtures of vouchers: a keeper and a gateway in memory, the agency 77 for notices, fresh limits."""

from __future__ import annotations

import pytest

from shimin.capabilities.payments.dues.tests.conftest import agency  # noqa: F401 (fixture)
from shimin.capabilities.payments.tests.conftest import keeper, till  # noqa: F401 (fixtures)
from shimin.capabilities.payments.vouchers.operations import papers
from shimin.kernel.rate import LocalBucket


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch) -> None:
    """Nobody has asked yet."""
    monkeypatch.setattr(papers, "_papers", LocalBucket(limit=10, per_seconds=60, clock=lambda: 0.0))
    monkeypatch.setattr(papers, "_checks", LocalBucket(limit=30, per_seconds=60, clock=lambda: 0.0))
