"""What stands around every page: safety headers, the request's id and log line, errors as pages or problems."""

from __future__ import annotations

import re
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase, ResponseHeaders
from django.shortcuts import resolve_url
from django.template.loader import select_template

from shimin.kernel.actor import AssuranceLevel
from shimin.kernel.db import outage_of
from shimin.kernel.errors import (
    DomainError,
    Forbidden,
    LevelRequired,
    NotFound,
    OwnHatRequired,
    ProofRequired,
    SignInRequired,
)
from shimin.kernel.monitoring import metrics
from shimin.kernel.monitoring.logging import log_request
from shimin.kernel.web.access import public
from shimin.kernel.web.api import CsrfRefused, InternalError, Malformed
from shimin.kernel.web.problems import problem, request_id_of, wants_problem

GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = structlog.get_logger("shimin.web")

# No inline script or style anywhere. Images may be data: because style sheets draw icons that way.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)
SAFETY_HEADERS: tuple[tuple[str, str], ...] = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "geolocation=(self), camera=(), microphone=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
)
TRANSPORT_SECURITY = ("Strict-Transport-Security", "max-age=31536000")
_FOREIGN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class TooLarge(DomainError):
    """More was sent than the platform takes."""

    code = "too_large"
    status = 413
    message = "提交的内容太大了。"
    mend = "请减少内容或压缩文件后再试。"


class MethodNotAllowed(DomainError):
    """The address exists, but not for this method."""

    code = "method_not_allowed"
    status = 405
    message = "这个网址不能这样打开。"
    mend = "请从首页进入，再办理您的事项。"


def safety_headers() -> tuple[tuple[str, str], ...]:
    """Return the headers that every answer of this installation carries."""
    return (*SAFETY_HEADERS, TRANSPORT_SECURITY) if settings.SHIMIN.secure_cookies else SAFETY_HEADERS


_JSON = ("application/json", "application/problem+json")
AS_FILE = ("Content-Disposition", 'attachment; filename="api.json"')


def is_kept_as_file(content_type: str) -> bool:
    """Tell whether browsers shall keep an answer as a file (``AS_FILE``): JSON, of which nothing is shown as a page."""
    return content_type.partition(";")[0] in _JSON


class SafetyHeaders:
    """Add the headers that keep browsers from doing what a page did not ask for."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._stored = ResponseHeaders(dict(safety_headers()))._store

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        # Into Django's own store: setting six headers one by one checks and encodes them anew, a tenth of a request.
        response.headers._store = self._stored | response.headers._store
        if is_kept_as_file(response.headers.get("Content-Type", "")):
            response.headers.setdefault(*AS_FILE)
        return response


class RequestLog:
    """Give the request an id and write one line for it: never its query, path values, body or address."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request.request_id = request_id_for(request.META)  # type: ignore[attr-defined]
        response = self._get_response(request)
        seconds = time.perf_counter() - started
        route = request.resolver_match.route if request.resolver_match else ""
        log_request(
            id=request.request_id,  # type: ignore[attr-defined]
            method=request.method or "",
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
        metrics.observe_request(route, response.status_code, seconds)
        response.headers["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response


class Errors:
    """Turn a DomainError of a view into its page or problem; the innermost middleware of the kernel's three."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if response.status_code == 405 and not getattr(response, "content", b"x"):
            page = error_response(request, MethodNotAllowed())
            page.headers["Allow"] = response.headers.get("Allow", "")
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            return error_response(request, exception)
        outage = outage_of(exception)
        if outage is not None:
            log.error("database.unavailable", id=request_id_of(request), error=type(exception).__name__)
            return error_response(request, outage)
        return None


def error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Return the error as problem+json, as a way to sign in or step up, or as a page.

    Middleware that raises outside a view must call this itself: Django shows its exceptions to no other middleware.
    """
    if wants_problem(request):
        return problem(request, error)
    if isinstance(error, SignInRequired):
        return _send_to(request, str(settings.LOGIN_URL))
    if isinstance(error, LevelRequired):
        return _send_to(request, settings.STEP_UP_URL, level=error.level)
    if isinstance(error, ProofRequired):
        return _send_to(request, settings.PROOF_URL)
    if isinstance(error, OwnHatRequired):
        return _send_to(request, settings.HAT_URL)
    return _page(request, error)


@public(transaction=False)
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what Django itself refused (handler400)."""
    too_large = isinstance(exception, RequestDataTooBig)
    return error_response(request, TooLarge() if too_large else Malformed(mend="请回到上一页重新操作。"))


@public(transaction=False)
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a PermissionDenied (handler403)."""
    return error_response(request, Forbidden())


@public(transaction=False)
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an unknown address (handler404)."""
    return error_response(request, NotFound())


@public(transaction=False)
def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an unexpected exception (handler500); a DomainError raised by a middleware ends here too."""
    error = sys.exception()
    return error_response(request, error if isinstance(error, DomainError) else InternalError())


@public(transaction=False)
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without its token (CSRF_FAILURE_VIEW)."""
    return error_response(request, CsrfRefused(mend="请回到上一页刷新后再提交；如果浏览器禁用了 Cookie，请先打开。"))


def request_id_for(environ: Mapping[str, Any]) -> str:
    """Return the id that a proxy gave the request, else a new one."""
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if given and _FOREIGN_ID.fullmatch(given) else secrets.token_hex(8)


FormKeeper = Callable[[HttpRequest], str | None]
_keeper: FormKeeper | None = None


def set_form_keeper(keeper: FormKeeper | None) -> None:
    """Say who keeps what a person has typed while they prove more: returns the page to come back to, or None."""
    global _keeper
    _keeper = keeper


def _send_to(request: HttpRequest, target: str, *, level: int = 0) -> HttpResponse:
    """Redirect to ``target`` and remember the way back; an htmx fragment asks the whole page to go."""
    above_name = f"&level={level}" if level > AssuranceLevel.REAL_NAME else ""
    url = f"{resolve_url(target)}?next={quote(_way_back(request))}{above_name}"
    if "HX-Request" in request.headers:
        response = HttpResponse()
        response.headers["HX-Redirect"] = url
    else:
        response = HttpResponseRedirect(url)
    response.headers["Cache-Control"] = "no-store"
    return response


def _way_back(request: HttpRequest) -> str:
    """A page is opened again as it was; after a form, what was typed waits, or else the page the form was on."""
    if request.method in ("GET", "HEAD") and "HX-Request" not in request.headers:
        return request.get_full_path()
    if request.method == "POST" and "HX-Request" not in request.headers and _keeper is not None:
        kept = _keeper(request)
        if kept is not None:
            return kept
    referer = urlsplit(request.headers.get("Referer", ""))
    if referer.netloc != request.get_host():
        return "/"
    return (referer.path or "/") + (f"?{referer.query}" if referer.query else "")


def _page(request: HttpRequest, error: DomainError) -> HttpResponse:
    context = {
        "status": error.status,
        "code": error.code,
        "message": error.message,
        "mend": error.mend,
        "fields": error.fields,
        "retry_after_seconds": error.retry_after_seconds,
        "request_id": request_id_of(request),
    }
    response = HttpResponse(_render(request, context), status=error.status)
    response.headers["Cache-Control"] = "no-store"
    if error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def _render(request: HttpRequest, context: dict[str, object]) -> str:
    """Render the ui's error page, or the kernel's bare one when that fails: an error must not hide an error."""
    try:
        return str(select_template(["ui/error.html", "kernel/error.html"]).render(context, request))
    except Exception as broken:
        log.error("error_page.broken", exc_info=broken)
        return str(select_template(["kernel/error.html"]).render(context))
