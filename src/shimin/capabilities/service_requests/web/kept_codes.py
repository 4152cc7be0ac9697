"""Numbers and codes that this browser has proved, kept in a signed cookie for half a day: for who has no account."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "shimin_requests"
_PATH = "/requests/"
_SECONDS, _MOST = 12 * 3600, 5
_SALT = "service_requests.kept_codes"


def kept_codes(request: HttpRequest) -> dict[str, str]:
    """Return query codes by number."""
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        return {}
    return {str(number): str(code) for number, code in kept} if isinstance(kept, list) else {}


def keep_code(request: HttpRequest, response: HttpResponse, number: str, code: str) -> None:
    """Keep a code in the browser; of more than five the oldest goes."""
    others = [(other, kept) for other, kept in kept_codes(request).items() if other != number]
    value = signing.dumps([*others, (number, code)][-_MOST:], salt=_SALT, compress=True)
    response.set_cookie(
        COOKIE, value, max_age=_SECONDS, path=_PATH, httponly=True, samesite="Lax",
        secure=settings.SHIMIN.secure_cookies,
    )  # fmt: skip
