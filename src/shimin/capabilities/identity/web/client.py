"""Who is on the two sides of a page: the client, whose device is known by its cookie, and this site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from shimin.capabilities.identity.devices import client_from
from shimin.capabilities.identity.domain import Client
from shimin.capabilities.identity.operations.passkeys.ceremonies import RelyingParty
from shimin.capabilities.identity.web.cookies import device_token


def client_of(request: HttpRequest) -> Client:
    """Return the client with the device this browser was given at an earlier sign-in."""
    return client_from(request, device_token=device_token(request))


def party_of(request: HttpRequest) -> RelyingParty:
    """Return this site as the browser sees it; the host is one of those we were told to answer for."""
    host = request.get_host()
    scheme = "https" if settings.SHIMIN.secure_cookies else request.scheme
    return RelyingParty(host.rsplit(":", 1)[0] if not host.endswith("]") else host, f"{scheme}://{host}")
