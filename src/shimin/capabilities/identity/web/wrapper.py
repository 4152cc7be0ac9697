"""The request wrapper: who asks, may they enter, and the one transaction a page is read in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponseBase

from shimin.capabilities.identity.queries import find_session_actor
from shimin.capabilities.identity.web.cookies import kind_for, session_token
from shimin.capabilities.identity.web.kept import refill
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS, Actor
from shimin.kernel.channels import channel_of
from shimin.kernel.db import scope
from shimin.kernel.errors import SignInRequired
from shimin.kernel.web.access import Access, Request, access_of
from shimin.kernel.web.middleware import Errors

API_PREFIX = "/api/"
# Systems call here with tokens that are no sessions; each route proves its own.
MACHINE_PREFIX = "/api/v1/machines/"
_READS = ("GET", "HEAD")
_BEARER = "Bearer "

View = Callable[..., HttpResponseBase]


class TokenRefused(SignInRequired):
    """A bearer token that is unknown, ended or expired."""

    code = "identity.token_refused"
    message = "登录凭证无效或已过期。"
    mend = "请重新登录，取得新的凭证。"


class RequestWrapper:
    """Middleware; the last of the list, so that all others see what it answers.

    Without cookie or token it asks the database nothing. Pages that read run inside ``scope(actor)`` unless they
    declared ``transaction=False``; operations open their own scope; the API's routes declare and open theirs.
    """

    def __init__(self, get_response: Callable[[Request], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._errors = Errors(cast(Any, get_response))

    def __call__(self, request: Request) -> HttpResponseBase:
        """Authenticate, then let Django find the view."""
        try:
            request.actor = _actor_of(request)
        except Exception as error:
            return self._answer(request, error)
        response = self._get_response(request)
        return refill(request, response) if "kept" in request.GET and request.method == "GET" else response

    def process_view(
        self, request: Request, view: View, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> HttpResponseBase | None:
        """Check the declared access; run the view here when it reads in a transaction, else leave it to Django."""
        if request.path_info.startswith(API_PREFIX):
            return None
        try:
            access = _declared(view)
            request.actor = access.admit(request.actor)
            if request.method not in _READS or not access.transaction:
                return None
            with scope(request.actor):
                return _rendered(view(request, *args, **kwargs))
        except Exception as error:
            return self._answer(request, error)

    def _answer(self, request: Request, error: Exception) -> HttpResponseBase:
        """Django shows exceptions of a middleware to no other one, so the error pages are asked from here."""
        response = self._errors.process_exception(request, error)
        if response is None:
            raise error
        return response


def _actor_of(request: Request) -> Actor:
    """Return who asks. Only the API takes bearer tokens: a page is opened by a browser, which holds a cookie."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    is_session = request.path_info.startswith(API_PREFIX) and not request.path_info.startswith(MACHINE_PREFIX)
    if header.startswith(_BEARER) and is_session:
        actor = find_session_actor(token=header[len(_BEARER) :].strip(), channel="api", now=clock.now())
        if actor is None:
            raise TokenRefused
        return actor
    channel = channel_of(request.META.get("HTTP_USER_AGENT", ""))
    token = session_token(request)
    if token:
        actor = find_session_actor(token=token, channel=channel, now=clock.now())
        if actor is not None and str(actor.kind) == str(kind_for(request)):
            return actor
    return ANONYMOUS if channel == ANONYMOUS.channel else replace(ANONYMOUS, channel=channel)


def _declared(view: View) -> Access:
    access = access_of(view)
    if access is None:
        name = getattr(view, "__qualname__", repr(view))
        raise ImproperlyConfigured(f"{view.__module__}.{name} declares no access (see kernel.access).")
    return access


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    # A template response renders late; its queries belong into the page's transaction.
    render = getattr(response, "render", None)
    return cast(HttpResponseBase, render()) if callable(render) else response
