"""The city a person is in: its name for the frame, and the cookie that remembers it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shimin.capabilities.catalogue.public import get_region
from shimin.kernel.errors import NotFound
from shimin.ui.frame import CITY_COOKIE

_A_YEAR_SECONDS = 365 * 24 * 3600


def name_of_city(code: str) -> str | None:
    """Return the short name that the frame shows, or None for a code nobody has."""
    try:
        return get_region(code).short_name
    except NotFound:
        return None


def remember_city(request: HttpRequest, response: HttpResponse, code: str) -> None:
    """Set the cookie that leads from ``/`` back to this city, when it changes."""
    if request.COOKIES.get(CITY_COOKIE) != code:
        _set_cookie(response, code)


def city_cookie(code: str) -> str:
    """Return that cookie as a Set-Cookie header."""
    response = HttpResponse()
    _set_cookie(response, code)
    return response.cookies[CITY_COOKIE].OutputString()


def _set_cookie(response: HttpResponse, code: str) -> None:
    response.set_cookie(
        CITY_COOKIE,
        code,
        max_age=_A_YEAR_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=settings.SHIMIN.secure_cookies,
    )
