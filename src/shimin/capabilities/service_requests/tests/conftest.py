"""Fixtures of requests: a city with districts and two agencies, a working calendar, caches that start empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shimin.capabilities.catalogue.cache import stamp
from shimin.capabilities.service_requests.tests.factories import City, found_city
from shimin.kernel.calendar import working_days


@pytest.fixture
def city(db) -> Iterator[City]:
    """Changsha with two agencies, and Zhuzhou with one."""
    stamp.forget()
    working_days._cache.forget()
    yield found_city()
    stamp.forget()
    working_days._cache.forget()
