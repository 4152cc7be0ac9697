"""Fixtures of payments: a stopped clock, a keeper and a gateway in memory."""

from __future__ import annotations

import pytest

from shimin.capabilities.enquiries.tests.conftest import at, fresh_buckets, resident, source  # noqa: F401 (fixtures)
from shimin.capabilities.payments.ports.gateway import _gateways
from shimin.capabilities.payments.ports.payable import _payables
from shimin.capabilities.payments.tests.keepers import FakeGateway, FakeKeeper


@pytest.fixture
def keeper(monkeypatch) -> FakeKeeper:
    """A keeper of debts "test", in memory."""
    fake = FakeKeeper()
    monkeypatch.setitem(_payables, fake.kind, fake)
    return fake


@pytest.fixture
def till(monkeypatch) -> FakeGateway:
    """A gateway "testpay", in memory."""
    fake = FakeGateway()
    monkeypatch.setitem(_gateways, fake.code, fake)
    return fake
