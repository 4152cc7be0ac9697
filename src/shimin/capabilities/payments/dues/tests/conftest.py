"""Fixtures of dues: an agency, and the gateway in memory."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from shimin.capabilities.payments.tests.conftest import till  # noqa: F401 (fixture)


@pytest.fixture(autouse=True)
def agency(monkeypatch) -> None:
    """The agency 77 of the city."""
    one = SimpleNamespace(id=77, name="长沙市公安局交通警察支队")
    monkeypatch.setattr("shimin.capabilities.payments.dues.operations.issuing.list_agencies", lambda region_code: [one])
