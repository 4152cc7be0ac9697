"""What every router of the JSON API shares: who may call, how answers and errors look, keyset paging.

A capability's router: ``router = Router()`` and ``@router.get("/…", auth=SignedIn(), operation_id="list_reads", …)``.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, Any, Generic, TypeVar

import orjson
import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.security.base import SecuritySchema
from pydantic import BeforeValidator, Field

from shimin.kernel.actor import ANONYMOUS, Actor, AssuranceLevel
from shimin.kernel.db import outage_of
from shimin.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from shimin.kernel.web.access import Access
from shimin.kernel.web.problems import problem

T = TypeVar("T")
_IDEMPOTENCY_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
log = structlog.get_logger("shimin.api")

IdText = Annotated[str, BeforeValidator(str), Field(pattern=r"^\d{1,19}$", examples=["226673591177742336"])]
"""An id as JSON carries it: 63 bits do not fit JavaScript's numbers."""


class OrjsonRenderer(BaseRenderer):
    """JSON with Chinese as it is written, RFC 3339 times, and no detour over the standard library."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)


class JsonParser(Parser):
    """Reads bodies that say they are JSON, and no others."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body.

        Raises:
            WrongMediaType: the body is something else, or does not say what it is.
        """
        if request.content_type != "application/json":
            raise WrongMediaType
        return orjson.loads(request.body)


class Public:
    """``auth=Public()``: anybody may call. Who comes with a session's cookie needs the token of the same site.

    ``acting``: the route checks the scope of mandates.
    """

    def __init__(self, *, acting: bool = False) -> None:
        self._access = Access(acting=acting)

    def __call__(self, request: HttpRequest) -> bool:
        if getattr(request, "actor", ANONYMOUS).is_signed_in:
            _admit(request, self._access)
        return True


class SignedIn:
    """``auth=SignedIn(level=2)``: signed-in people at that level or above; the session comes as cookie or bearer.

    ``acting``: the route checks the scope of mandates; others refuse who acts for somebody else. ``any_hat``: it is
    about the account, whoever it acts for.
    """

    openapi_security_schema = SecuritySchema(type="http", scheme="bearer")

    def __init__(self, level: int = AssuranceLevel.NONE, *, acting: bool = False, any_hat: bool = False) -> None:
        self._access = Access(signed_in=True, level=AssuranceLevel(level), acting=acting, any_hat=any_hat)

    def __call__(self, request: HttpRequest) -> Actor:
        return _admit(request, self._access)


class Staff:
    """``auth=Staff("enquiries.officer")``: staff with the role in one of their grants ("": any staff)."""

    openapi_security_schema = SecuritySchema(type="http", scheme="bearer")

    def __init__(self, role: str = "") -> None:
        self._access = Access(staff_role=role)

    def __call__(self, request: HttpRequest) -> Actor:
        return _admit(request, self._access)


class Page(Schema, Generic[T]):
    """One page of a list. ``next`` is the ``after`` of the page that follows, None at the end."""

    items: list[T]
    next: str | None = None


def encode_cursor(*position: str | int) -> str:
    """Return the keyset position (the sort columns of the last row) as opaque text."""
    return base64.urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def decode_cursor(text: str, *types: type) -> tuple[Any, ...]:
    """Return the position that ``encode_cursor`` made, one value of each type.

    Raises:
        InvalidInput: the text is not a position of this list.
    """
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        values = None
    fits = isinstance(values, list) and len(values) == len(types)
    if not fits or any(type(value) is not kind for value, kind in zip(values, types, strict=True)):
        raise InvalidInput("翻页位置无效。", mend="请从第一页重新开始。", fields={"after": "不是这个列表的翻页位置"})
    return tuple(values)


def idempotency_key(request: HttpRequest) -> str | None:
    """Return the request's Idempotency-Key, None when it has none. Use it with ``kernel.web.idempotency.once``.

    Raises:
        Malformed: it is not 8 to 64 letters, digits, hyphens or underscores.
    """
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
        raise Malformed(mend="Idempotency-Key 应为8到64个字母、数字、连字符或下划线，例如一个 UUID。")
    return key


def install_problem_handlers(api: NinjaAPI) -> None:
    """Make every error of the API a problem+json answer with a stable code."""
    api.exception_handler(DomainError)(problem)
    api.exception_handler(ValidationError)(lambda request, error: problem(request, _invalid(error)))
    api.exception_handler(Http404)(lambda request, error: problem(request, NotFound()))
    api.exception_handler(HttpError)(lambda request, error: problem(request, _of_status(error)))
    api.exception_handler(Exception)(_unexpected)


class CsrfRefused(Forbidden):
    """A changing call by cookie without the token of the same site."""

    code = "csrf_failed"
    message = "页面已过期，请求没有执行。"
    mend = "请刷新页面后再试；程序调用请改用 Authorization: Bearer。"


class Malformed(DomainError):
    """The request itself cannot be read."""

    code = "malformed_request"
    message = "请求的格式无法识别。"
    mend = "请对照接口文档检查请求内容。"


class WrongMediaType(DomainError):
    """A body that is not JSON, or does not say so."""

    code = "media_type_wrong"
    status = 415
    message = "接口只接收 JSON。"
    mend = "请把请求头 Content-Type 写成 application/json，内容用 UTF-8 编码的 JSON。"


class InternalError(DomainError):
    """A fault of the platform's own; the log has it under the request id."""

    code = "internal_error"
    status = 500
    message = "系统出了点问题，我们已经记录下来。"


def _admit(request: HttpRequest, access: Access) -> Actor:
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    actor = access.admit(actor)
    request.actor = actor  # type: ignore[attr-defined]
    # A foreign page cannot add an Authorization header, so only calls by cookie need the token.
    if request.method not in ("GET", "HEAD") and "Authorization" not in request.headers:
        _check_csrf(request)
    return actor


def _check_csrf(request: HttpRequest) -> None:
    middleware = CsrfViewMiddleware(_no_view)
    request.csrf_processing_done = False  # type: ignore[attr-defined]
    middleware.process_request(request)
    if middleware.process_view(request, _no_view, (), {}) is not None:
        raise CsrfRefused


def _no_view(request: HttpRequest) -> HttpResponse:
    """Stand in for the view: Django's check asks it only whether it is exempt."""
    return HttpResponse()


def _invalid(error: ValidationError) -> InvalidInput:
    """Name the fields as the caller wrote them: a location begins with ninja's own (body, parameter's name)."""
    fields = {}
    for fault in error.errors:
        source, *place = (str(part) for part in fault["loc"])
        fields[".".join(place[1:] if source == "body" else place) or source] = str(fault["msg"])
    return InvalidInput(fields=fields)


def _of_status(error: HttpError) -> DomainError:
    if isinstance(error.__cause__, DomainError):  # ninja wraps what its parser raises
        return error.__cause__
    if error.status_code == 404:
        return NotFound()
    if error.status_code == 403:
        return Forbidden()
    return Malformed(mend=str(error))


def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    outage = outage_of(error)
    if outage is not None:
        log.error("database.unavailable", error=type(error).__name__)
        return problem(request, outage)
    log.error("api.failed", route=getattr(request.resolver_match, "route", ""), exc_info=error)
    return problem(request, InternalError())
