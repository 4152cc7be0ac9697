"""The way back: where a person goes after signing in or proving the name. Only to pages of this site."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

_LONGEST = 2_000


def next_path(request: HttpRequest, default: str = "/") -> str:
    """Return the ``next`` the request carries, or ``default`` when it leads elsewhere or to nothing."""
    text = request.POST.get("next") or request.GET.get("next") or ""
    return text if is_local(text) else default


def is_local(text: str) -> bool:
    """Tell whether ``text`` is a path of this site: no host, no scheme, no control characters."""
    return (
        text.startswith("/")
        and len(text) <= _LONGEST
        and not any(ord(character) < 0x20 for character in text)
        and url_has_allowed_host_and_scheme(text, allowed_hosts=None)
    )
