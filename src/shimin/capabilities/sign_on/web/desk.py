"""The desk: systems of agencies, to ask for and to decide on."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.sign_on.public import (
    APPROVER,
    OFFICER,
    RULES,
    STATE_WORDS,
    ClientState,
    ClientView,
    decide_client,
    get_client_for,
    issue_secret,
    issuer,
    list_clients,
    own_agencies,
    request_client,
)
from shimin.capabilities.sign_on.web.forms import METHOD_WORDS, ClientForm
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput
from shimin.kernel.web.access import Request, staff

_QUEUE = "sign_on.clients"


@require_safe
@staff()
def clients(request: Request) -> HttpResponse:
    """List the systems of the officer's agencies, or of the approver's region."""
    rows = [(row, *STATE_WORDS[row.state]) for row in list_clients(request.actor)]
    context = {"queue": _QUEUE, "rows": rows, "may_register": request.actor.has_role(OFFICER)}
    return render(request, "sign_on/desk/clients.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(OFFICER)
def register(request: Request) -> HttpResponse:
    """Register a system; a second person decides."""
    form = ClientForm(own_agencies(request.actor), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            client_id = request_client(actor=request.actor, wish=form.wish(), now=clock.now())
            return HttpResponseRedirect(reverse("sign_on:desk_client", args=[client_id]), status=303)
        except InvalidInput as wrong:
            for name, words in wrong.fields.items():
                form.add_error(name if name in form.fields else None, words)
    status = 422 if form.errors else 200
    return render(request, "sign_on/desk/register.html", {"queue": _QUEUE, "form": form}, status=status)


@require_safe
@staff()
def client(request: Request, client_id: int) -> HttpResponse:
    """Show one system with what its developers need."""
    return _client_page(request, get_client_for(actor=request.actor, client_id=client_id))


@require_POST
@staff(APPROVER)
def decide(request: Request, client_id: int) -> HttpResponse:
    """Approve, decline, suspend or take up again."""
    state = request.POST.get("state", "")
    if state not in (ClientState.APPROVED, ClientState.DECLINED, ClientState.SUSPENDED):
        raise InvalidInput(fields={"state": "请选批准、不批准或停用。"})
    words = request.POST.get("words", "")
    decide_client(
        actor=request.actor, client_id=client_id, state=ClientState(state), words=words, now=clock.now()
    )  # fmt: skip
    return HttpResponseRedirect(reverse("sign_on:desk_client", args=[client_id]), status=303)


@require_POST
@staff(OFFICER)
def secret(request: Request, client_id: int) -> HttpResponse:
    """Make a new secret and show it, this once."""
    made = issue_secret(actor=request.actor, client_id=client_id, now=clock.now())
    return _client_page(request, get_client_for(actor=request.actor, client_id=client_id), secret=made)


def _client_page(request: Request, row: ClientView, *, secret: str = "") -> HttpResponse:
    light, state = STATE_WORDS[row.state]
    context = {
        "queue": _QUEUE, "row": row, "light": light, "state": state, "secret": secret, "issuer": issuer(),
        "told": [RULES[name].words for name in row.scopes], "method": METHOD_WORDS[row.auth_method],
        "may_decide": request.actor.has_role(APPROVER) and not row.is_own_request,
        "may_issue": request.actor.has_role(OFFICER) and row.state is ClientState.APPROVED
        and row.auth_method.has_secret,
    }  # fmt: skip
    response = render(request, "sign_on/desk/client.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response
