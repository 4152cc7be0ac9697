"""Fixtures of identity: registers in memory, and the demo's message box instead of a gateway."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings

from shimin.capabilities.identity.ports import set_identity_source
from shimin.capabilities.identity.tests.factories import Registers


@pytest.fixture
def registers() -> Iterator[Registers]:
    """The registers that identity asks, empty at first."""
    source = Registers()
    set_identity_source(source)
    yield source
    set_identity_source(None)


@pytest.fixture(autouse=True)
def demo(settings):
    """Texts to phones land in the message box."""
    settings.SHIMIN = dataclasses.replace(django_settings.SHIMIN, demo=True)
