"""A stored file as an answer: for views that have made sure that the reader may have it."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from shimin.kernel.files import get_file_store

# The kinds that the store gives out: pictures and sound that were made by the platform itself.
PHOTO_TYPE, VOICE_TYPE = "image/jpeg", "audio/mpeg"
KEPT_SECONDS = 3600
_RANGE = re.compile(r"bytes=(\d{0,10})-(\d{0,10})")


def photo_response(request: HttpRequest, digest: str, *, name: str = "photo.jpg") -> HttpResponse:
    """Return a stored photo. The caller has authorised the reader: a digest is a name and no permission.

    A browser shows it as a picture and as nothing else: no guessed type, no script, no frame, no other site. It may
    keep it for an hour, no cache on the way may. ``name`` is ASCII, for who saves it.

    Raises:
        NotFound: there is no such file.
        FileDamaged: the store's copy is not what it was.
    """
    if _is_known(request, digest):
        return HttpResponseNotModified(headers=_headers(digest, name))
    return HttpResponse(get_file_store().get(digest), content_type=PHOTO_TYPE, headers=_headers(digest, name))


def voice_response(request: HttpRequest, digest: str, *, name: str = "voice.mp3") -> HttpResponse:
    """Return a stored recording, or the part of it that was asked for: Safari plays only what it can ask in parts.

    As with ``photo_response``: the caller has authorised the reader. Several ranges at once get the whole.

    Raises:
        NotFound, FileDamaged: see there.
    Source: RFC 9110 14.
    """
    headers = {**_headers(digest, name), "Accept-Ranges": "bytes"}
    if _is_known(request, digest):
        return HttpResponseNotModified(headers=headers)
    content = get_file_store().get(digest)
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if asked is None or request.headers.get("If-Range", _tag(digest)) != _tag(digest):
        return HttpResponse(content, content_type=VOICE_TYPE, headers=headers)
    first, last = _part(asked[1], asked[2], len(content))
    if first > last:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{len(content)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    return HttpResponse(content[first : last + 1], content_type=VOICE_TYPE, status=206, headers=headers)


def _part(first: str, last: str, size: int) -> tuple[int, int]:
    """Return the first and the last byte that are meant; the first is behind the last where there is nothing."""
    if not first:  # the last so many bytes
        return (size - min(int(last), size), size - 1) if last else (1, 0)
    return int(first), min(int(last), size - 1) if last else size - 1


def _tag(digest: str) -> str:
    return f'"{digest}"'


def _is_known(request: HttpRequest, digest: str) -> bool:
    return request.headers.get("If-None-Match") == _tag(digest) and get_file_store().has(digest)


def _headers(digest: str, name: str) -> dict[str, str]:
    return {
        "Cache-Control": f"private, max-age={KEPT_SECONDS}",
        "ETag": _tag(digest),
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
