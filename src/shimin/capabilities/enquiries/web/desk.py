"""The desk: disputes to answer, and how the sources behave."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from shimin.capabilities.enquiries.public import (
    OFFICER,
    OUTCOME_WORDS,
    REASON_WORDS,
    DisputeState,
    Outcome,
    answer_dispute,
    get_dispute_for,
    list_disputes,
    list_sources,
)
from shimin.capabilities.enquiries.web.forms import AnswerForm
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput
from shimin.kernel.web.access import Request, staff


@require_safe
@staff(OFFICER)
def disputes(request: Request) -> HttpResponse:
    """List disputes: the open ones, or (state=answered) the answered ones."""
    state = DisputeState.ANSWERED if request.GET.get("state") == DisputeState.ANSWERED else DisputeState.OPEN
    address = reverse("enquiries:desk_disputes")
    now = clock.now()
    context = {
        "queue": "enquiries.disputes",
        "rows": [
            (row, REASON_WORDS[row.reason], (row.due_at - now).days)
            for row in list_disputes(request.actor, state=state)
        ],
        "state": state,
        "chips": [
            {"title": "待答复", "url": address, "current": state is DisputeState.OPEN},
            {"title": "已答复", "url": f"{address}?state=answered", "current": state is DisputeState.ANSWERED},
        ],
    }
    return render(request, "enquiries/desk/disputes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(OFFICER)
def dispute(request: Request, dispute_id: int) -> HttpResponse:
    """Show one dispute; POST answers it."""
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_dispute(
                actor=request.actor, dispute_id=dispute_id, answer=form.cleaned_data["answer"], now=clock.now()
            )
            return HttpResponseRedirect(reverse("enquiries:desk_disputes"))
        except InvalidInput as wrong:
            form.add_error("answer", wrong.fields["answer"])
    row = get_dispute_for(actor=request.actor, dispute_id=dispute_id)
    context = {
        "queue": "enquiries.disputes",
        "row": row,
        "reason": REASON_WORDS[row.reason],
        "outcome": OUTCOME_WORDS[Outcome(row.outcome)],
        "form": form,
    }
    return render(request, "enquiries/desk/dispute.html", context, status=422 if form.errors else 200)


@require_safe
@staff(OFFICER)
def sources(request: Request) -> HttpResponse:
    """Show how the sources behaved lately."""
    context = {"queue": "enquiries.sources", "sources": list_sources(request.actor)}
    return render(request, "enquiries/desk/sources.html", context)
