"""Fixtures of identity: registers in memory, the demo's message box instead of a gateway, a browser."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.test import Client

from shimin.capabilities.identity.ports import (
    set_bank_card_source,
    set_identity_source,
    set_paper_source,
    set_relation_source,
)
from shimin.capabilities.identity.tests.factories import NOW, Registers
from shimin.kernel import clock


@pytest.fixture
def registers() -> Iterator[Registers]:
    """The registers that identity asks, empty at first."""
    source = Registers()
    set_identity_source(source)
    set_relation_source(source)
    set_bank_card_source(source)
    set_paper_source(None)
    yield source
    set_identity_source(None)
    set_relation_source(None)
    set_bank_card_source(None)


@pytest.fixture
def immigration(registers: Registers) -> Iterator[Registers]:
    """The same, and the exit-entry register with them."""
    set_paper_source(registers)
    yield registers
    set_paper_source(None)


@pytest.fixture(autouse=True)
def demo(settings):
    """Texts to phones land in the message box."""
    settings.SHIMIN = dataclasses.replace(django_settings.SHIMIN, demo=True)


class Clock:
    """The wall clock, moved by the test."""

    def __init__(self) -> None:
        self.now = NOW


@pytest.fixture
def at(monkeypatch) -> Clock:
    """The wall clock stands at NOW until the test moves it: ``at.now += …``."""
    stopped = Clock()
    monkeypatch.setattr(clock, "now", lambda: stopped.now)
    return stopped


@pytest.fixture
def browser(settings, at) -> Client:
    """A browser that checks CSRF, on identity's own addresses behind the production middleware."""
    settings.ROOT_URLCONF = "shimin.capabilities.identity.tests.urls"
    settings.MIDDLEWARE = [
        "shimin.kernel.web.middleware.SafetyHeaders",
        "shimin.kernel.web.middleware.RequestLog",
        "django.middleware.csrf.CsrfViewMiddleware",
        "shimin.kernel.web.middleware.Errors",
        "shimin.capabilities.identity.web.wrapper.RequestWrapper",
    ]
    return Client(raise_request_exception=True)
