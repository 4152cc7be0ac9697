"""The staff desk's front page: the queues one may open, with what waits in each."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shimin.kernel.web.access import Request, staff


@require_safe
@staff()
def desk(request: Request) -> HttpResponse:
    """Show the desk."""
    response = render(request, "portal/desk.html", {"grants": request.actor.grants})
    response.headers["Cache-Control"] = "private, no-store"
    return response
