"""The desk's news: who urged or reopened what, until somebody has seen it."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.service_requests.public import OFFICER, list_news, mark_news_seen
from shimin.kernel import clock
from shimin.kernel.web.access import Request, staff


@require_safe
@staff()
def news(request: Request) -> HttpResponse:
    """List what nobody of the agency has seen yet."""
    key = "news" if request.actor.has_role(OFFICER) else "news_dispatch"
    context = {"queue": f"service_requests.{key}", "news": list_news(request.actor)}
    response = render(request, "service_requests/desk/news.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@csrf_protect
@staff(transaction=False)
def seen(request: Request) -> HttpResponse:
    """Take news as seen: those that the page showed, or one of them."""
    ids = [int(text) for text in request.POST.getlist("news") if text.isascii() and text.isdigit() and len(text) < 19]
    mark_news_seen(actor=request.actor, news_ids=ids, now=clock.now())
    return HttpResponseRedirect(reverse("service_requests:news"), status=303)
