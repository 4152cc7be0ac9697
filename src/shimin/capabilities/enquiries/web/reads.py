"""谁看过我的数据: the access log as pages, and the form to dispute a line."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from shimin.capabilities.enquiries.public import (
    OUTCOME_WORDS,
    REASON_WORDS,
    Read,
    file_dispute,
    get_read_for,
    list_read_items,
    list_reads,
    other_readings,
)
from shimin.capabilities.enquiries.web.forms import DisputeForm
from shimin.kernel import clock
from shimin.kernel.web.access import Request, signed_in


@require_safe
@signed_in()
def reads(request: Request) -> HttpResponse:
    """List the lines, newest first, filtered by item."""
    after, item_id = _number(request, "after"), _number(request, "item")
    page = list_reads(request.actor, after=after, item_id=item_id)
    address = reverse("enquiries:reads")
    items = list_read_items(request.actor)
    chips = [{"title": "全部", "url": address, "current": item_id is None}]
    chips += [{"title": name, "url": f"{address}?item={id_}", "current": id_ == item_id} for id_, name in items]
    kept = {"item": item_id} if item_id is not None else {}
    context = {
        "rows": [(read, OUTCOME_WORDS[read.outcome]) for read in page.reads],
        "chips": chips if len(items) > 1 else [],
        "next_url": f"{address}?{urlencode({**kept, 'after': page.next})}" if page.next else "",
        "previous_url": address if after else "",
        "others": other_readings(request.actor) if after is None and item_id is None else [],
    }
    return render(request, "enquiries/reads.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in()
def read(request: Request, enquiry_id: int) -> HttpResponse:
    """Show one line with all it says; POST disputes it."""
    if request.method != "POST":
        return _read_page(request, get_read_for(actor=request.actor, enquiry_id=enquiry_id), DisputeForm())
    form = DisputeForm(request.POST)
    if not form.is_valid():
        found = get_read_for(actor=request.actor, enquiry_id=enquiry_id)
        return _read_page(request, found, form, status=422)
    file_dispute(
        actor=request.actor, enquiry_id=enquiry_id, reason=form.cleaned_data["reason"],
        words=form.cleaned_data["words"], now=clock.now(),
    )  # fmt: skip
    return HttpResponseRedirect(reverse("enquiries:read", args=[enquiry_id]))


def _read_page(request: Request, found: Read, form: DisputeForm, status: int = 200) -> HttpResponse:
    context = {
        "read": found,
        "outcome": OUTCOME_WORDS[found.outcome],
        "form": form,
        "dispute_reason": REASON_WORDS[found.dispute.reason] if found.dispute else "",
    }
    return render(request, "enquiries/read.html", context, status=status)


def _number(request: Request, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
