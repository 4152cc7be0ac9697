"""The lead's and the dispatcher's side: ask, go without, urge, decide, show photos. Faults get a page of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from shimin.capabilities.service_requests.joint_handling.public import (
    PartAction,
    ask_co_handlers,
    drop_part,
    get_joint_handling,
    get_led_part,
    insist_on_part,
    show_photos,
    urge_part,
    waive_part,
)
from shimin.capabilities.service_requests.joint_handling.web.forms import AskForm, PartForm, add_faults
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.web.access import Request, staff

_WITH_WORDS: dict[PartAction, Callable[..., int]] = {
    PartAction.WAIVE: waive_part, PartAction.URGE: urge_part, PartAction.INSIST: insist_on_part,
    PartAction.DROP: drop_part,
}  # fmt: skip


@require_POST
@csrf_protect
@staff(transaction=False)
def ask(request: Request, request_id: int) -> HttpResponse:
    """Ask agencies to co-handle a request and show it again."""
    shown = get_joint_handling(actor=request.actor, request_id=request_id)
    form = AskForm(shown.city_code, shown.taken, request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            ask_co_handlers(
                actor=request.actor, request_id=request_id, agency_ids=[int(each) for each in said["agencies"]],
                wish=said["wish"], days=said["days"], now=clock.now(),
            )  # fmt: skip
            return _back(request_id)
        except InvalidInput as refused:
            add_faults(form, refused.fields, refused.message)
    address = reverse("joint_handling:ask", args=[request_id])
    return wrong_page(request, form, title="请部门协办", address=address, request_id=request_id)


@require_POST
@csrf_protect
@staff(transaction=False)
def act(request: Request, part_id: int, action: str) -> HttpResponse:
    """Take a step on a part of a request that one leads or watches."""
    part = get_led_part(actor=request.actor, part_id=part_id)
    if action == PartAction.SHOW_PHOTOS:
        show_photos(actor=request.actor, part_id=part_id, now=clock.now())
        return _back(part.request_id)
    wanted = next((each for each in _WITH_WORDS if each == action), None)
    if wanted is None:
        raise NotFound
    form = PartForm(wanted, request.POST, key=str(part_id))
    if form.is_valid():
        try:
            _WITH_WORDS[wanted](actor=request.actor, part_id=part_id, words=form.cleaned_data["words"], now=clock.now())
            return _back(part.request_id)
        except InvalidInput as refused:
            add_faults(form, refused.fields, refused.message)
    address = reverse("joint_handling:lead_act", args=[part_id, action])
    return wrong_page(request, form, title=f"{form.title}：{part.agency}", address=address, request_id=part.request_id)


def wrong_page(
    request: Request, form: forms.Form, *, title: str, address: str, request_id: int, **more: Any
) -> HttpResponse:
    """Show one form with what is wrong in it, and the way back to the request."""
    context = {"form": form, "title": title, "address": address, "request_id": request_id, **more}
    response = render(request, "joint_handling/desk/form.html", context, status=422)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _back(request_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("service_requests:desk_request", args=[request_id]))
