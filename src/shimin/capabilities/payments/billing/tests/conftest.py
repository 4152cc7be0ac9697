"""Fixtures of billing: a stopped clock, billers and a gateway in memory, a resident."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shimin.capabilities.enquiries.tests.conftest import at  # noqa: F401 (fixture)
from shimin.capabilities.identity.tests.factories import Resident, make_resident
from shimin.capabilities.payments.billing.ports import set_biller_system
from shimin.capabilities.payments.billing.tests.biller_system import FakeBillers
from shimin.capabilities.payments.tests.conftest import till  # noqa: F401 (fixture)


@pytest.fixture
def billers(at) -> Iterator[FakeBillers]:  # noqa: F811
    """The billers, in memory."""
    fake = FakeBillers()
    set_biller_system(fake)
    yield fake
    set_biller_system(None)


@pytest.fixture
def payer(db, billers) -> Resident:
    """A resident who pays."""
    return make_resident()
