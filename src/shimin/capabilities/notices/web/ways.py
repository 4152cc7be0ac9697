"""The page where somebody chooses how to be told of messages."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from shimin.capabilities.notices.public import Way, choose_way, way_of
from shimin.kernel import clock
from shimin.kernel.errors import DomainError
from shimin.kernel.web.access import Request, signed_in

WORDS = {
    Way.INBOX: "不发短信，只在“消息”里看",
    Way.AT_ONCE: "有新消息就发短信",
    Way.DAILY: "每天早上9点，有新消息就发一条汇总短信",
}


class WayForm(forms.Form):
    """One choice."""

    use_required_attribute = False
    way = forms.ChoiceField(
        label="新消息怎么告诉您", choices=[(str(way), words) for way, words in WORDS.items()], widget=forms.RadioSelect,
        help_text="短信发到登录用的手机号，只写有几条、是什么事，不写金额和内容。",
        error_messages={"required": "请选一种。", "invalid_choice": "请选一种。"},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in()
def ways(request: Request) -> HttpResponse:
    """Show and take the choice."""
    form = WayForm(request.POST) if request.method == "POST" else WayForm(initial={"way": str(way_of(request.actor))})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            choose_way(actor=request.actor, way=Way(form.cleaned_data["way"]), now=clock.now())
            return HttpResponseRedirect(f"{reverse('notices:ways')}?saved=1", status=303)
        except DomainError as error:
            form.add_error("way", f"{error.message}{error.mend}")
            status = error.status
    elif request.method == "POST":
        status = 422
    context = {"tab": "inbox", "form": form, "saved": request.method != "POST" and "saved" in request.GET}
    response = render(request, "notices/ways.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
