"""The window: acts for people who stand before an officer; the sheet they take home; "that was not me"."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.identity.domain.counter import Act
from shimin.capabilities.identity.operations.counter.applying import Sheet
from shimin.capabilities.identity.operations.counter.asking import ask_act
from shimin.capabilities.identity.operations.counter.deciding import decide_act, dispute_act, undo_act
from shimin.capabilities.identity.operations.counter.sheets import use_sheet
from shimin.capabilities.identity.operations.persons import KnownByOtherPaper
from shimin.capabilities.identity.queries.counter import ROLE, get_act_for, list_acts
from shimin.capabilities.identity.web.client import client_of
from shimin.capabilities.identity.web.counter_forms import PapersForm, SheetForm
from shimin.capabilities.identity.web.forms import cleaned, show_error
from shimin.capabilities.identity.web.pages import form_page, go_on_with
from shimin.kernel import clock
from shimin.kernel.errors import DomainError
from shimin.kernel.values.papers import PaperKind
from shimin.kernel.web.access import Request, public, signed_in, staff

_QUEUE = "identity.counter"


@require_safe
@staff(ROLE)
def acts(request: Request) -> HttpResponse:
    """List the city's acts, with the ways to a new one."""
    context = {"queue": _QUEUE, "rows": list_acts(request.actor, clock.now()), "acts": list(Act)}
    return _private(render(request, "identity/desk/acts.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@staff(ROLE, transaction=False)
def ask(request: Request, act: str) -> HttpResponse:
    """Type what the papers say."""
    if act not in set(Act):
        raise Http404
    kind, error = Act(act), None
    named = request.GET.get("paper", "")
    document = PaperKind(named) if named in set(PaperKind) else PaperKind.ID_CARD
    form = PapersForm(kind, document, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_act(actor=request.actor, act=kind, papers=form.papers(), now=clock.now())
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return HttpResponseRedirect(reverse("identity:counter_act", args=[asked.act_id]), status=303)
    if not (isinstance(error, KnownByOtherPaper) or "is_another" in request.POST):
        del form.fields["is_another"]  # asked only where somebody alike is known
    papers = [{"title": each.words, "url": f"?paper={each}", "current": each is document} for each in PaperKind]
    return form_page(
        request, "identity/desk/ask.html", form, error=error, act=kind, queue=_QUEUE, papers=papers, document=document
    )


@require_safe
@staff(ROLE)
def act(request: Request, act_id: int) -> HttpResponse:
    """Show one act."""
    return _page(request, act_id)


@require_POST
@staff(ROLE, transaction=False)
def decide(request: Request, act_id: int) -> HttpResponse:
    """Agree to a colleague's act or not; a sheet is shown this once, in the answer itself."""
    agrees = request.POST.get("agrees") == "yes"
    made = decide_act(actor=request.actor, act_id=act_id, agrees=agrees, now=clock.now())
    if made is not None:
        return _page(request, act_id, sheet=made)
    return HttpResponseRedirect(reverse("identity:counter_act", args=[act_id]), status=303)


@require_POST
@staff(ROLE, transaction=False)
def undo(request: Request, act_id: int) -> HttpResponse:
    """Take an act back."""
    undo_act(actor=request.actor, act_id=act_id, now=clock.now())
    return HttpResponseRedirect(reverse("identity:counter_act", args=[act_id]), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(transaction=False)
def dispute(request: Request, act_id: int) -> HttpResponse:
    """Ask once more, then take back what a window did."""
    if request.method == "POST":
        dispute_act(actor=request.actor, act_id=act_id, now=clock.now())
        return HttpResponseRedirect(reverse("identity:security"), status=303)
    return render(request, "identity/dispute_act.html", {"act_id": act_id})


@require_http_methods(["GET", "HEAD", "POST"])
@public(transaction=False)
def sheet(request: Request) -> HttpResponse:
    """Set a new password by a sheet from a window, and sign in."""
    form, error = SheetForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            opened = use_sheet(actor=request.actor, client=client_of(request), now=clock.now(), **cleaned(form))
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return go_on_with(opened, "/me/")
    return form_page(request, "identity/sheet.html", form, error=error)


def _page(request: Request, act_id: int, *, sheet: Sheet | None = None) -> HttpResponse:
    row = get_act_for(actor=request.actor, act_id=act_id, now=clock.now())
    return _private(render(request, "identity/desk/act.html", {"queue": _QUEUE, "row": row, "sheet": sheet}))


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
