"""The client of a page: the device is known by its cookie."""

from __future__ import annotations

from django.http import HttpRequest

from shimin.capabilities.identity.devices import client_from
from shimin.capabilities.identity.domain import Client
from shimin.capabilities.identity.web.cookies import device_token


def client_of(request: HttpRequest) -> Client:
    """Return the client with the device this browser was given at an earlier sign-in."""
    return client_from(request, device_token=device_token(request))
