"""My sessions and my consents."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.identity.operations.consents import withdraw_consent
from shimin.capabilities.identity.operations.sessions import end_other_sessions, end_session
from shimin.capabilities.identity.queries import list_consents, list_sessions
from shimin.capabilities.identity.queries.risk import list_devices, list_own_decisions
from shimin.kernel import clock
from shimin.kernel.web.access import Request, signed_in


@require_safe
@signed_in()
def sessions(request: Request) -> HttpResponse:
    """Show on which devices the account is signed in."""
    rows = list_sessions(request.actor, clock.now())
    context = {
        "sessions": rows, "has_others": any(not row.is_current for row in rows), "devices": list_devices(request.actor),
        "decisions": list_own_decisions(request.actor),
    }  # fmt: skip
    return _private(render(request, "identity/sessions.html", context))


@require_POST
@signed_in()
def end_one_session(request: Request, session_id: int) -> HttpResponse:
    """Sign one device out."""
    end_session(actor=request.actor, session_id=session_id, now=clock.now())
    return HttpResponseRedirect(reverse("identity:sessions"), status=303)


@require_POST
@signed_in()
def end_all_others(request: Request) -> HttpResponse:
    """Sign all other devices out."""
    end_other_sessions(actor=request.actor, now=clock.now())
    return HttpResponseRedirect(reverse("identity:sessions"), status=303)


@require_safe
@signed_in()
def consents(request: Request) -> HttpResponse:
    """Show what the person agreed to, with a way to take each back."""
    rows = list_consents(request.actor)
    context = {
        "standing": [row for row in rows if row.withdrawn_at is None],
        "withdrawn": [row for row in rows if row.withdrawn_at is not None],
    }
    return _private(render(request, "identity/consents.html", context))


@require_POST
@signed_in()
def withdraw(request: Request) -> HttpResponse:
    """Take one consent back."""
    withdraw_consent(request.actor, request.POST.get("purpose_code", ""), clock.now())
    return HttpResponseRedirect(reverse("identity:consents"), status=303)


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
