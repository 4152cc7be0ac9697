"""Fixtures of invitations: those of billing, and a gateway in memory."""

from shimin.capabilities.enquiries.tests.conftest import at  # noqa: F401 (fixture)
from shimin.capabilities.payments.billing.tests.conftest import billers, payer  # noqa: F401 (fixtures)
from shimin.capabilities.payments.tests.conftest import till  # noqa: F401 (fixture)
