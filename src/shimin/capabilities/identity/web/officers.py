"""The desk's pages about staff: who holds what, what waits, asking, standing in, emergencies."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.identity.domain.officers import ADMINS, BREAK_GLASS, SECURITY_ADMIN, SYSTEM_ADMIN
from shimin.capabilities.identity.operations.officers.emergencies import break_glass, look_into
from shimin.capabilities.identity.operations.officers.granting import (
    GrantWish,
    ask_grant,
    ask_stand_in,
    decide_change,
)
from shimin.capabilities.identity.operations.officers.reviewing import review_grant
from shimin.capabilities.identity.queries.officers import list_changes, list_held_roles, list_own_roles
from shimin.capabilities.identity.templatetags.officers import region_name
from shimin.capabilities.identity.web.cookies import DESK_PREFIX
from shimin.capabilities.identity.web.forms import show_error, text_field
from shimin.capabilities.identity.web.pages import form_page
from shimin.kernel import clock
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import DomainError
from shimin.kernel.web.access import Request, staff
from shimin.ui.desk import all_roles, role_words

_QUEUE = "identity.staff"


def _reason(example: str) -> forms.CharField:
    return forms.CharField(
        label="原因", help_text=example, max_length=500, widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "请写明原因。", "max_length": "太长了，请写短一些。"},
    )  # fmt: skip


def _day(label: str, *, required: bool = True, example: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=example, widget=forms.DateInput({"type": "date"}),
        error_messages={"required": f"请填{label}。", "invalid": "请写成 2026-12-31 这样。"},
    )  # fmt: skip


class GrantForm(forms.Form):
    """A role for a colleague."""

    login = text_field("同事的工号", longest=40, autocomplete="off")
    role = forms.ChoiceField(label="岗位")
    region_code = text_field("行政区划代码", longest=6, example="6位，例如 430100", inputmode="numeric")
    ends_on = _day("到哪天为止", required=False, example="不填就一直有效，半年复核一次")
    reason = _reason("为什么要这个岗位，例如：新调入热线中心")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        names = {role: role_words(role) for role in all_roles() | ADMINS.keys()}
        self.fields["role"].choices = sorted(names.items(), key=lambda each: each[1])  # type: ignore[attr-defined]


class StandInForm(forms.Form):
    """Who stands in, from when to when."""

    grant = forms.ChoiceField(label="哪个岗位")
    login = text_field("谁来顶班（工号）", longest=40, autocomplete="off")
    starts_on = _day("从哪天起")
    ends_on = _day("到哪天为止", example="含这一天，最长90天")
    reason = _reason("例如：年假")


class GlassForm(forms.Form):
    """Which role, and what happened."""

    role = forms.ChoiceField(label="岗位", choices=sorted(BREAK_GLASS.items()))
    reason = _reason("发生了什么，为什么等不及审批。审计管理员会看")


class LookForm(forms.Form):
    """What was found."""

    words = _reason("核查的结果")


@require_safe
@staff(transaction=False)
def held(request: Request) -> HttpResponse:
    """Show who holds what, since when, last used when."""
    return _private(
        request, "identity/desk/staff/held.html",
        {
            "rows": list_held_roles(request.actor, clock.now()),
            "may_review": request.actor.has_role(SECURITY_ADMIN),
        },
    )  # fmt: skip


@require_POST
@staff(transaction=False)
def review(request: Request, grant_id: int) -> HttpResponse:
    """Confirm a grant or take it away."""
    review_grant(actor=request.actor, grant_id=grant_id, keeps=request.POST.get("keeps") == "yes", now=clock.now())
    return HttpResponseRedirect(reverse("identity:staff"), status=303)


@require_safe
@staff(transaction=False)
def changes(request: Request) -> HttpResponse:
    """Show what waits, emergencies first."""
    context = {
        "rows": list_changes(request.actor, clock.now()), "may_ask": request.actor.has_role(SYSTEM_ADMIN),
        "form": LookForm(),
    }  # fmt: skip
    return _private(request, "identity/desk/staff/changes.html", context)


@require_POST
@staff(transaction=False)
def decide(request: Request, change_id: int) -> HttpResponse:
    """Agree or refuse."""
    decide_change(actor=request.actor, change_id=change_id, agrees=request.POST.get("agrees") == "yes", now=clock.now())
    return _to_changes()


@require_POST
@staff(transaction=False)
def look(request: Request, change_id: int) -> HttpResponse:
    """Say what was found about an emergency."""
    look_into(actor=request.actor, change_id=change_id, words=request.POST.get("words", ""), now=clock.now())
    return _to_changes()


@require_http_methods(["GET", "HEAD", "POST"])
@staff(SYSTEM_ADMIN, transaction=False)
def ask(request: Request) -> HttpResponse:
    """Ask for a role for a colleague."""
    form, error = GrantForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        wish = GrantWish(
            login=values["login"], role=values["role"], region_code=values["region_code"], reason=values["reason"],
            ends_at=_after(values["ends_on"]) if values["ends_on"] else None,
        )  # fmt: skip
        try:
            ask_grant(actor=request.actor, wish=wish, now=clock.now())
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return _to_changes()
    return form_page(request, "identity/desk/staff/ask.html", form, error=error, queue=_QUEUE, title="申请岗位")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(transaction=False)
def stand_in(request: Request) -> HttpResponse:
    """Ask that a colleague stands in."""
    now, error, is_asked = clock.now(), None, False
    roles = list_own_roles(request.actor, now)
    form = StandInForm(request.POST or None)
    form.fields["grant"].choices = [  # type: ignore[attr-defined]
        (str(each.grant_id), f"{role_words(each.role)}，{region_name(each.region_code)}") for each in roles
    ]
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            ask_stand_in(
                actor=request.actor, grant_id=int(values["grant"]), login=values["login"], reason=values["reason"],
                starts_at=_begin(values["starts_on"]), ends_at=_after(values["ends_on"]), now=now,
            )  # fmt: skip
            is_asked = True
        except DomainError as refused:
            show_error(form, error := refused)
    context = {"queue": "", "title": "找人顶班", "is_asked": is_asked}
    return form_page(request, "identity/desk/staff/ask.html", form, error=error, **context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(transaction=False)
def glass(request: Request) -> HttpResponse:
    """Take a role for an hour; the alarm goes off."""
    form, error = GlassForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            break_glass(actor=request.actor, now=clock.now(), **form.cleaned_data)
        except DomainError as refused:
            show_error(form, error := refused)
        else:
            return HttpResponseRedirect(DESK_PREFIX, status=303)
    return form_page(request, "identity/desk/staff/glass.html", form, error=error, queue="")


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CHINA)


def _after(day: date) -> datetime:
    return _begin(day + timedelta(days=1))


def _to_changes() -> HttpResponse:
    return HttpResponseRedirect(reverse("identity:staff_changes"), status=303)


def _private(request: Request, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, {"queue": _QUEUE, **context})
    response.headers["Cache-Control"] = "private, no-store"
    return response
