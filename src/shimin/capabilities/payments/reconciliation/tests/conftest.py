"""Fixtures of reconciliation: those of payments."""

from shimin.capabilities.payments.tests.conftest import keeper, till  # noqa: F401 (fixtures)
