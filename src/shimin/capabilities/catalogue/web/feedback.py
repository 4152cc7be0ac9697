"""大家来找茬: tell what is wrong with a page or an item."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from shimin.capabilities.catalogue import public as catalogue
from shimin.capabilities.catalogue.codes import COUNTRY
from shimin.capabilities.catalogue.public import ItemGuide, Region
from shimin.capabilities.catalogue.web.forms import FeedbackForm
from shimin.kernel import clock
from shimin.kernel.errors import DomainError, NotFound, TooManyRequests
from shimin.kernel.web.access import Request, public
from shimin.ui.frame import city_code_of


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@public(transaction=False)
def feedback(request: Request) -> HttpResponse:
    """Show the form, or file what was found. ``?region=&item=`` name an item, ``?page=`` a page."""
    region, item = _about(request)
    form = FeedbackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _file(request, form, region, item):
        return render(request, "catalogue/feedback_thanks.html", {"region": region, "item": item})
    status = 422 if form.errors else 200
    context = {"form": form, "region": region, "item": item, "page": request.GET.get("page", "")[:200]}
    return render(request, "catalogue/feedback.html", context, status=status)


def _about(request: Request) -> tuple[Region, ItemGuide | None]:
    """Return the region and item the address names; an unknown one is no reason to refuse a finding."""
    code = request.GET.get("region", "") or city_code_of(request)
    region = catalogue.get_region(code if catalogue.has_region(code) else COUNTRY)
    try:
        slug = request.GET.get("item", "")
        return region, catalogue.get_item(region.code, slug) if slug else None
    except NotFound:
        return region, None


def _file(request: Request, form: FeedbackForm, region: Region, item: ItemGuide | None) -> bool:
    try:
        catalogue.add_feedback(
            actor=request.actor, region_code=region.code, slug=item.card.slug if item else None,
            fault=form.cleaned_data["fault"], text=form.cleaned_data["text"], page=request.GET.get("page", ""),
            address=request.META.get("REMOTE_ADDR", ""), now=clock.now(),
        )  # fmt: skip
    except TooManyRequests:
        raise
    except DomainError as error:
        for name, words in (error.fields or {"text": error.message}).items():
            form.add_error(name, words)
        return False
    return True
