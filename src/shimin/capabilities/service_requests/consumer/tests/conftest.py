"""Fixtures: those of the requests."""

from shimin.capabilities.service_requests.tests.conftest import city

__all__ = ["city"]
