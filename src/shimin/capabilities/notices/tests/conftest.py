"""Fixtures of notices: addresses for links, as long as a test needs them."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def addresses(settings):
    """Links in cards and messages lead to identity's and notices' own pages."""
    settings.ROOT_URLCONF = "shimin.capabilities.identity.tests.urls"
