"""The cookies of identity. Citizens' pages and the desk use different sessions, so nobody is both at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from shimin.capabilities.identity.domain import AccountKind

DESK_PREFIX = "/desk/"
_NAMES = {AccountKind.CITIZEN: "shimin_session", AccountKind.STAFF: "shimin_desk"}
_DEVICE = "shimin_device"
_DEVICE_AGE = timedelta(days=400)  # the longest that browsers keep a cookie


def kind_for(request: HttpRequest) -> AccountKind:
    """Tell whose session counts for this address."""
    return AccountKind.STAFF if request.path.startswith(DESK_PREFIX) else AccountKind.CITIZEN


def session_token(request: HttpRequest) -> str:
    """Return the session cookie that counts for this address, or an empty text."""
    return request.COOKIES.get(_name(_NAMES[kind_for(request)]), "")


def may_be_signed_in(cookie_header: str) -> bool:
    """Tell whether a Cookie header names a session, good or not."""
    return any(name in cookie_header for name in _NAMES.values())


def set_session(response: HttpResponseBase, kind: AccountKind, token: str, expires_at: datetime) -> None:
    """Give the browser its session: unreadable for scripts, not sent along from other sites."""
    _set(response, _NAMES[kind], token, expires=expires_at)


def clear_session(response: HttpResponseBase, kind: AccountKind) -> None:
    """Take the session from the browser."""
    response.delete_cookie(_name(_NAMES[kind]), samesite="Lax")


def device_token(request: HttpRequest) -> str:
    """Return what tells this browser from strangers when it signs in, or an empty text."""
    return request.COOKIES.get(_name(_DEVICE), "")


def set_device(response: HttpResponseBase, token: str) -> None:
    """Let the browser be known at the next sign-in."""
    _set(response, _DEVICE, token, max_age=int(_DEVICE_AGE.total_seconds()))


def _set(
    response: HttpResponseBase, name: str, value: str, *, expires: datetime | None = None, max_age: int | None = None
) -> None:
    response.set_cookie(
        _name(name), value, expires=expires, max_age=max_age, path="/", httponly=True, samesite="Lax",
        secure=settings.SHIMIN.secure_cookies,
    )  # fmt: skip


def _name(name: str) -> str:
    # __Host-: the browser takes it over https only, from this host only, for the whole host.
    return f"__Host-{name}" if settings.SHIMIN.secure_cookies else name
