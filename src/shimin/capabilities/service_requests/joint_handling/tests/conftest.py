"""Fixtures of joint handling: the requests' city, with a third agency."""

from __future__ import annotations

from shimin.capabilities.service_requests.tests.conftest import city  # noqa: F401 (fixture)
