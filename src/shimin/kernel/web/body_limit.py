"""A bound for what one request may carry: files of a form are written to disk before any view is asked."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from shimin.kernel.files import LARGEST_BYTES
from shimin.kernel.web.middleware import GetResponse, TooLarge, error_response

MOST_FILES = 12
LARGEST_BODY = MOST_FILES * LARGEST_BYTES + 2**20  # a form's photos, and its words


class BodyLimit:
    """Refuse what is announced as larger than any form of the platform. A body without a length counts as empty."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > LARGEST_BODY:
            return error_response(request, TooLarge())
        return self._get_response(request)
