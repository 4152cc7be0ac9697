"""Back to the form: what was typed before the proof is sent on with one press, or stands in the form again."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_safe

from shimin.capabilities.identity.operations.kept_forms import get_kept_form, keep_form
from shimin.capabilities.identity.web.filling import fill
from shimin.kernel import clock
from shimin.kernel.errors import NotFound, SignInRequired
from shimin.kernel.web.access import Request, signed_in
from shimin.kernel.web.middleware import set_form_keeper

_TYPE = "application/x-www-form-urlencoded"
_PARAMETER = "kept"
_LARGEST_PAGE = 1_000_000  # bytes


@require_safe
@signed_in()
def kept(request: Request, form_id: int) -> HttpResponse:
    """Offer to send the form now, or to go on with filling it in."""
    found = get_kept_form(actor=request.actor, form_id=form_id, now=clock.now())
    context = {"kept": found, "edit_url": _with_form(found.page, form_id) if found.page else ""}
    response = render(request, "identity/kept.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def keep(request: HttpRequest) -> str | None:
    """Keep the form of a request that was refused for want of a proof; return the page to come back to."""
    actor = getattr(request, "actor", None)
    if actor is None or request.content_type != _TYPE:
        return None
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    form_id = keep_form(
        actor=actor, path=request.get_full_path(), fields=fields, now=clock.now(), page=_page_of(request)
    )  # fmt: skip
    return None if form_id is None else reverse("identity:kept_form", args=[form_id])


def refill(request: Request, response: HttpResponseBase) -> HttpResponseBase:
    """Write a kept form of the actor's back into the page asked for with ``?kept=``, if it was on that page."""
    name = request.GET.get(_PARAMETER, "")
    is_page = isinstance(response, HttpResponse) and response.headers.get("Content-Type", "").startswith("text/html")
    if not is_page or response.status_code != 200 or not name.isascii() or not name.isdigit() or len(name) > 19:
        return response
    assert isinstance(response, HttpResponse)
    try:
        found = get_kept_form(actor=request.actor, form_id=int(name), now=clock.now())
    except (NotFound, SignInRequired):
        return response
    if len(response.content) > _LARGEST_PAGE or urlsplit(found.page).path != request.path:
        return response
    text = response.content.decode(response.charset)
    response.content = fill(text, action=found.path, shown_at=request.path, fields=found.fields)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page_of(request: HttpRequest) -> str:
    """Return the page of this site that the form was on, as the browser says; "" where it says none."""
    referer = urlsplit(request.headers.get("Referer", ""))
    if referer.netloc != request.get_host():
        return ""
    try:
        resolve(referer.path)
    except Resolver404:
        return ""
    return f"{referer.path}?{referer.query}" if referer.query else referer.path


def _with_form(page: str, form_id: int) -> str:
    parts = urlsplit(page)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != _PARAMETER]
    return f"{parts.path}?{urlencode([*query, (_PARAMETER, str(form_id))])}"


set_form_keeper(keep)
