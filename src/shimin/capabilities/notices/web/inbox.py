"""The inbox of an account, and the demo's message box for phones."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.notices.operations.reading import mark_all_read, mark_read
from shimin.capabilities.notices.queries import list_demo_letters, list_demo_texts, list_notices
from shimin.kernel import clock
from shimin.kernel.web.access import Request, public, signed_in

PAGE_SIZE = 20


@require_safe
@signed_in()
def inbox(request: Request) -> HttpResponse:
    """Show the person's messages, newest first, a page at a time."""
    before = request.GET.get("before", "")
    before_id = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    rows = list_notices(request.actor, before_id=before_id, limit=PAGE_SIZE + 1)
    shown = rows[:PAGE_SIZE]
    next_url = f"{reverse('notices:inbox')}?before={shown[-1].notice_id}" if len(rows) > PAGE_SIZE else ""
    context = {
        "tab": "inbox", "notices": shown, "next_url": next_url, "has_unread": any(not row.is_read for row in shown),
        "newest_url": reverse("notices:inbox") if before_id is not None else "",
    }  # fmt: skip
    response = render(request, "notices/inbox.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@signed_in()
def read_one(request: Request, notice_id: int) -> HttpResponse:
    """Mark a message as read and go where it leads."""
    notice = mark_read(actor=request.actor, notice_id=notice_id, now=clock.now())
    return HttpResponseRedirect(notice.url or reverse("notices:inbox"), status=303)


@require_POST
@signed_in()
def read_all(request: Request) -> HttpResponse:
    """Mark all messages as read."""
    mark_all_read(actor=request.actor, now=clock.now())
    return HttpResponseRedirect(reverse("notices:inbox"), status=303)


@require_safe
@public(transaction=False)
def demo_inbox(request: Request) -> HttpResponse:
    """Show the latest texts and letters; a demo has no phones and no mail. Elsewhere this address does not exist."""
    response = render(request, "notices/demo_inbox.html", {"texts": list_demo_texts(), "letters": list_demo_letters()})
    response.headers["Cache-Control"] = "no-store"
    return response
