"""What the form pages of identity share: one way to show a form, and one to hand out a session."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from shimin.capabilities.identity.domain import AccountKind
from shimin.capabilities.identity.operations.opening import OpenedSession
from shimin.capabilities.identity.web import cookies
from shimin.kernel.errors import DomainError
from shimin.kernel.web.access import Request


def form_page(
    request: Request, template: str, form: forms.Form, *, error: DomainError | None = None, **context: Any
) -> HttpResponse:  # fmt: skip
    """Render a form; with an error (or faults of the form) the status says so. Nothing of it is stored anywhere."""
    status = error.status if error is not None else (422 if form.errors else 200)
    trouble = error if error is not None and not form.errors else None
    response = render(request, template, {"form": form, "trouble": trouble, **context}, status=status)
    if error is not None and error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def go_on_with(opened: OpenedSession, path: str) -> HttpResponse:
    """Give the browser its new session and send it on; 303, so that the form is not sent again."""
    response = HttpResponseRedirect(path, status=303)
    cookies.set_session(response, AccountKind(opened.actor.kind), opened.token, opened.expires_at)
    if opened.device_token:
        cookies.set_device(response, opened.device_token)
    return response
