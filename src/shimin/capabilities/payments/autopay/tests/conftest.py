"""Fixtures of automatic payment: billers and a gateway with agreements in memory, a resident with a bound account."""

from __future__ import annotations

import pytest

from shimin.capabilities.enquiries.tests.conftest import at  # noqa: F401 (fixture)
from shimin.capabilities.payments.billing.tests.conftest import billers, payer  # noqa: F401 (fixtures)
from shimin.capabilities.payments.ports.agreement import _agreements
from shimin.capabilities.payments.ports.gateway import _gateways
from shimin.capabilities.payments.tests.agreements import FakeWithholder


@pytest.fixture
def bank(monkeypatch) -> FakeWithholder:
    """A gateway "paybank" that keeps agreements, in memory."""
    fake = FakeWithholder(code="paybank", title="自动支付")
    monkeypatch.setitem(_gateways, fake.code, fake)
    monkeypatch.setitem(_agreements, fake.code, fake)
    return fake
