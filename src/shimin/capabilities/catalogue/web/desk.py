"""The editors' desk: items and their stars, findings, synonyms, and what nobody found."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.catalogue import desk_queries
from shimin.capabilities.catalogue.models import FeedbackStatus
from shimin.capabilities.catalogue.operations.feedback import EDITOR, answer_feedback
from shimin.capabilities.catalogue.operations.synonyms import add_synonym, remove_synonym
from shimin.capabilities.catalogue.web.forms import AnswerForm, SynonymForm
from shimin.kernel import clock
from shimin.kernel.db import scope
from shimin.kernel.errors import DomainError
from shimin.kernel.web.access import Request, staff


@require_safe
@staff(EDITOR)
def items(request: Request) -> HttpResponse:
    """List the items of the officer's regions with status, stars and use."""
    after = _number(request.GET.get("after"))
    rows = desk_queries.list_desk_items(actor=request.actor, after=after, now=clock.now())
    return _page(request, "items", {"page": rows})


@require_safe
@staff(EDITOR)
def feedback_list(request: Request) -> HttpResponse:
    """List findings, the newest first; ``?status=`` filters."""
    status = request.GET.get("status", "new")
    page = desk_queries.list_feedback(actor=request.actor, status=status, before=_number(request.GET.get("before")))
    context = {"page": page, "status": status, "statuses": [("all", "全部"), *FeedbackStatus.choices]}
    return _page(request, "feedback", context)


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@staff(EDITOR, transaction=False)
def feedback_answer(request: Request, feedback_id: int) -> HttpResponse:
    """Show one finding and settle it."""
    with scope(request.actor):
        found = desk_queries.get_feedback(actor=request.actor, feedback_id=feedback_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_feedback(actor=request.actor, feedback_id=feedback_id, now=clock.now(), **form.cleaned_data)
            return redirect("catalogue:desk_feedback")
        except DomainError as error:
            form.add_error("answer", error.fields.get("answer", error.message))
    return _page(request, "feedback_answer", {"found": found, "form": form}, queue="feedback")


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@staff(EDITOR, transaction=False)
def synonyms(request: Request) -> HttpResponse:
    """List the synonyms and add one."""
    form = SynonymForm(request.POST or None, initial={"said": request.GET.get("said", "")[:30]})
    if request.method == "POST" and form.is_valid():
        try:
            add_synonym(actor=request.actor, now=clock.now(), **form.cleaned_data)
            return redirect("catalogue:desk_synonyms")
        except DomainError as error:
            for name, words in (error.fields or {"said": error.message}).items():
                form.add_error(name, words)
    with scope(request.actor):
        pairs = desk_queries.list_synonyms(text=request.GET.get("q", "")[:30])
    return _page(request, "synonyms", {"form": form, "pairs": pairs, "q": request.GET.get("q", "")[:30]})


@require_POST
@csrf_protect
@staff(EDITOR, transaction=False)
def synonym_remove(request: Request, synonym_id: int) -> HttpResponse:
    """Take a pair out."""
    remove_synonym(actor=request.actor, synonym_id=synonym_id, now=clock.now())
    return redirect("catalogue:desk_synonyms")


@require_safe
@staff(EDITOR)
def missed(request: Request) -> HttpResponse:
    """List what people asked for in the last 30 days and nobody found, the most frequent first."""
    return _page(request, "missed", {"requests": desk_queries.list_missed(actor=request.actor, now=clock.now())})


def _page(request: Request, name: str, context: dict[str, object], *, queue: str = "") -> HttpResponse:
    response = render(request, f"catalogue/desk/{name}.html", {"queue": f"catalogue.{queue or name}", **context})
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
