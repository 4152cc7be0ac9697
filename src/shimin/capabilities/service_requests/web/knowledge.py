"""The desk's knowledge base: search it, review what answers have proposed, take out what is not true any more."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.catalogue.public import list_agencies
from shimin.capabilities.service_requests.public import (
    REVIEWER,
    ArticleView,
    approve_article,
    find_articles,
    list_articles,
    list_proposed,
    retire_article,
)
from shimin.kernel import clock
from shimin.kernel.actor import Actor
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.web.access import Request, staff

_NULLS = {"null_characters_not_allowed": "有不能保存的字符。", "required": "请填写。"}


class ArticleForm(forms.Form):
    """The words that everybody will find."""

    use_required_attribute = False

    question = forms.CharField(label="问", max_length=800, error_messages=_NULLS)
    words = forms.CharField(
        label="答（不写姓名、电话和个案细节）", max_length=20_000, widget=forms.Textarea(attrs={"rows": 5}),
        error_messages=_NULLS,
    )  # fmt: skip


@require_safe
@staff()
def knowledge(request: Request) -> HttpResponse:
    """Show what waits for review, and what a search finds."""
    return _page(request)


@require_POST
@csrf_protect
@staff(transaction=False)
def review(request: Request, article_id: int, what: str) -> HttpResponse:
    """Approve an answer in the words of the form, or take it out."""
    here = HttpResponseRedirect(reverse("service_requests:knowledge"))
    if what == "retire":
        retire_article(actor=request.actor, article_id=article_id, now=clock.now())
        return here
    if what != "approve":
        raise NotFound
    form = ArticleForm(request.POST, auto_id=f"article_{article_id}_%s")
    if not form.is_valid():
        return _page(request, (article_id, form))
    said = form.cleaned_data
    try:
        approve_article(
            actor=request.actor, article_id=article_id, question=said["question"], words=said["words"], now=clock.now()
        )
    except InvalidInput as refused:
        for name, words in (refused.fields or {"words": refused.message}).items():
            form.add_error(name if name in form.fields else None, words)
        return _page(request, (article_id, form))
    return here


def _page(request: Request, wrong: tuple[int, ArticleForm] | None = None) -> HttpResponse:
    asked, city_code = request.GET.get("q", "").strip()[:400], city_of_staff(request.actor)
    found = (
        find_articles(request.actor, asked, city_code=city_code, most=20)
        if asked
        else list_articles(request.actor, city_code=city_code)
    )
    names = {agency.id: agency.short_name or agency.name for agency in list_agencies()}
    context = {
        "queue": "service_requests.knowledge",
        "asked": asked,
        "found": [(each, names.get(each.agency_id or 0, ""), _may_retire(request.actor, each)) for each in found],
        "proposed": [
            (each, names.get(each.agency_id or 0, ""), _form(each, wrong)) for each in list_proposed(request.actor)
        ],
        "wrong_form": wrong[1] if wrong else None,
    }
    response = render(request, "service_requests/desk/knowledge.html", context, status=422 if wrong else 200)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def city_of_staff(actor: Actor) -> str:
    """Return the city whose answers a member of staff reads: that of the first grant that names one."""
    return next((grant.region_code for grant in actor.grants if grant.region_code), "")


def _may_retire(actor: Actor, each: ArticleView) -> bool:
    """Offer the button to reviewers of the agency; the operation decides."""
    return any(grant.role == REVIEWER and grant.agency_id in (None, each.agency_id) for grant in actor.grants)


def _form(each: ArticleView, wrong: tuple[int, ArticleForm] | None) -> ArticleForm:
    if wrong and wrong[0] == each.article_id:
        return wrong[1]
    said = {"question": each.question, "words": each.words}
    return ArticleForm(initial=said, auto_id=f"article_{each.article_id}_%s")
