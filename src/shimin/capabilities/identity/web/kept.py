"""Back to the form: what was typed before the proof is sent on with one press."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shimin.capabilities.identity.operations.kept_forms import get_kept_form, keep_form
from shimin.kernel import clock
from shimin.kernel.web.access import Request, signed_in
from shimin.kernel.web.middleware import set_form_keeper

_TYPE = "application/x-www-form-urlencoded"


@require_safe
@signed_in()
def kept(request: Request, form_id: int) -> HttpResponse:
    """Offer to send the form now."""
    found = get_kept_form(actor=request.actor, form_id=form_id, now=clock.now())
    response = render(request, "identity/kept.html", {"kept": found})
    response.headers["Cache-Control"] = "private, no-store"
    return response


def keep(request: HttpRequest) -> str | None:
    """Keep the form of a request that was refused for want of a proof; return the page to come back to."""
    actor = getattr(request, "actor", None)
    if actor is None or request.content_type != _TYPE:
        return None
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    form_id = keep_form(actor=actor, path=request.get_full_path(), fields=fields, now=clock.now())
    return None if form_id is None else reverse("identity:kept_form", args=[form_id])


set_form_keeper(keep)
