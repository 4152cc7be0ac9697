"""Between "send me a code" and "here it is": the phone waits in an encrypted cookie, never in an address."""

from __future__ import annotations

import base64
import binascii
from dataclasses import asdict, dataclass

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from shimin.capabilities.identity.domain import CODE_LIFETIME
from shimin.kernel.crypto import DecryptionError, decrypt, encrypt

_COOKIE = "shimin_pending"
_PATH = "/account/"
_CONTEXT = "identity.cookie.pending"


@dataclass(frozen=True, slots=True)
class Pending:
    """A code was asked for: for which phone, what, and where to go on afterwards."""

    phone: str
    purpose: str
    next_path: str


def set_pending(response: HttpResponseBase, pending: Pending) -> None:
    """Keep it in the browser as long as the code is good."""
    sealed = encrypt(orjson.dumps(asdict(pending)).decode(), context=_CONTEXT)
    response.set_cookie(
        _COOKIE, base64.urlsafe_b64encode(sealed).decode(), max_age=int(CODE_LIFETIME.total_seconds()), path=_PATH,
        httponly=True, samesite="Lax", secure=settings.SHIMIN.secure_cookies,
    )  # fmt: skip


def get_pending(request: HttpRequest, purpose: str) -> Pending | None:
    """Return what is pending for this purpose, or None when there is nothing (or something we did not write)."""
    try:
        sealed = base64.urlsafe_b64decode(request.COOKIES.get(_COOKIE, ""))
        pending = Pending(**orjson.loads(decrypt(sealed, context=_CONTEXT)))
    except (ValueError, binascii.Error, DecryptionError):
        return None
    return pending if pending.purpose == purpose else None


def clear_pending(response: HttpResponseBase) -> None:
    """Forget it."""
    response.delete_cookie(_COOKIE, path=_PATH, samesite="Lax")
