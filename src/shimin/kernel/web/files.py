"""A stored file as an answer: for views that have made sure that the reader may have it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from shimin.kernel.files import get_file_store

# The only kind that the store gives out: pictures that were drawn by the platform itself.
PHOTO_TYPE = "image/jpeg"
KEPT_SECONDS = 3600


def photo_response(request: HttpRequest, digest: str, *, name: str = "photo.jpg") -> HttpResponse:
    """Return a stored photo. The caller has authorised the reader: a digest is a name and no permission.

    A browser shows it as a picture and as nothing else: no guessed type, no script, no frame, no other site. It may
    keep it for an hour, no cache on the way may. ``name`` is ASCII, for who saves it.

    Raises:
        NotFound: there is no such file.
        FileDamaged: the store's copy is not what it was.
    """
    tag = f'"{digest}"'
    headers = {"Cache-Control": f"private, max-age={KEPT_SECONDS}", "ETag": tag}
    if request.headers.get("If-None-Match") == tag and get_file_store().has(digest):
        return HttpResponseNotModified(headers=headers)
    safe = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(get_file_store().get(digest), content_type=PHOTO_TYPE, headers={**headers, **safe})
