"""Plans: all of a person's, one with its history, the way to the gateway and back, and what its owner may do."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.payments.autopay.public import (
    DEDUCTION_WORDS,
    ENDED_WORDS,
    PLAN_WORDS,
    REASON_WORDS,
    About,
    DeductionState,
    DeductionView,
    PlanState,
    PlanView,
    check_signing,
    get_plan_for,
    list_deductions,
    list_plans,
    open_signing,
    pause_plan,
    resume_plan,
    skip_deduction,
    take_deduction_now,
    withdraw_plan,
)
from shimin.capabilities.payments.billing.public import list_bound
from shimin.capabilities.payments.public import agreement_gateways
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput
from shimin.kernel.web.access import Request, signed_in

_LIGHTS = {
    PlanState.SIGNING: "amber",
    PlanState.ACTIVE: "green",
    PlanState.PAUSED: "grey",
    PlanState.ENDED: "grey",
}
_DEDUCTION_LIGHTS = {
    DeductionState.ANNOUNCED: "amber",
    DeductionState.PLACED: "amber",
    DeductionState.TAKEN: "amber",
    DeductionState.DONE: "green",
    DeductionState.GIVEN_BACK: "grey",
    DeductionState.SKIPPED: "grey",
    DeductionState.FAILED: "red",
}
_CHANGES: dict[str, Callable[..., None]] = {"pause": pause_plan, "resume": resume_plan, "withdraw": withdraw_plan}
_DECISIONS: dict[str, Callable[..., None]] = {"skip": skip_deduction, "now": take_deduction_now}


@require_safe
@signed_in()
def home(request: Request) -> HttpResponse:
    """List the person's plans, and what else could be paid by itself."""
    plans = list_plans(request.actor)
    covered = {plan.bound_id for plan in plans if plan.state is not PlanState.ENDED}
    context = {
        "plans": [(plan, PLAN_WORDS[plan.state], _LIGHTS[plan.state]) for plan in plans],
        "accounts": [bound for bound in list_bound(request.actor) if bound.bound_id not in covered],
        "has_source": bool(agreement_gateways()),
    }
    return _private(render(request, "autopay/home.html", context))


@require_safe
@signed_in()
def plan(request: Request, plan_id: int) -> HttpResponse:
    """Show what was agreed to, what is announced, and every deduction there was."""
    found = get_plan_for(actor=request.actor, plan_id=plan_id)
    text = request.GET.get("after", "")
    after = int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else None
    page = list_deductions(actor=request.actor, plan_id=plan_id, after=after)
    address = reverse("autopay:plan", args=[plan_id])
    context = {
        "plan": found,
        "words": PLAN_WORDS[found.state],
        "light": _LIGHTS[found.state],
        "why": ENDED_WORDS[found.ended_by] if found.ended_by else "",
        "source": next((each.title for each in agreement_gateways() if each.code == found.gateway), found.gateway),
        "is_card": found.about is About.CARD,
        "used_fen": _used(found),
        "rows": [_row(each) for each in page.deductions],
        "next_url": f"{address}?after={page.next}" if page.next else "",
        "previous_url": address if after else "",
    }
    return _private(render(request, "autopay/plan.html", context))


def _used(found: PlanView) -> int:
    return found.used_fen if found.month == f"{clock.local_date(clock.now()):%Y-%m}" else 0


def _row(each: DeductionView) -> dict[str, object]:
    return {
        "deduction": each, "words": DEDUCTION_WORDS[each.state], "light": _DEDUCTION_LIGHTS[each.state],
        "reason": REASON_WORDS[each.reason], "is_waiting": each.state is DeductionState.ANNOUNCED,
    }  # fmt: skip


@require_safe
@signed_in(transaction=False)
def sign(request: Request, plan_id: int) -> HttpResponse:
    """Send the browser to the gateway's page. By GET: our content policy lets no form lead to another site."""
    found = get_plan_for(actor=request.actor, plan_id=plan_id)
    if found.state is not PlanState.SIGNING:
        return HttpResponseRedirect(reverse("autopay:plan", args=[plan_id]))
    address = open_signing(
        actor=request.actor, plan_id=plan_id,
        return_url=request.build_absolute_uri(reverse("autopay:back", args=[plan_id])),
        notify_url=request.build_absolute_uri(reverse("autopay:notify", args=[found.gateway])),
    )  # fmt: skip
    return HttpResponseRedirect(address)


@require_safe
@signed_in(transaction=False)
def back(request: Request, plan_id: int) -> HttpResponse:
    """The owner comes back. What the address says is not read: the gateway is asked."""
    check_signing(actor=request.actor, plan_id=plan_id, now=clock.now())
    return HttpResponseRedirect(reverse("autopay:plan", args=[plan_id]))


@require_POST
@signed_in(transaction=False)
def change(request: Request, plan_id: int) -> HttpResponse:
    """Pause, resume or withdraw."""
    _one_of(_CHANGES, request.POST.get("do", ""))(actor=request.actor, plan_id=plan_id, now=clock.now())
    return HttpResponseRedirect(reverse("autopay:plan", args=[plan_id]))


@require_POST
@signed_in(transaction=False)
def decide(request: Request, deduction_id: int) -> HttpResponse:
    """Skip an announced deduction, or have it taken now."""
    _one_of(_DECISIONS, request.POST.get("do", ""))(actor=request.actor, deduction_id=deduction_id, now=clock.now())
    plan_id = request.POST.get("plan", "")
    if plan_id.isascii() and plan_id.isdigit() and len(plan_id) <= 19:
        return HttpResponseRedirect(reverse("autopay:plan", args=[int(plan_id)]))
    return HttpResponseRedirect(reverse("autopay:home"))


def _one_of(ways: dict[str, Callable[..., None]], chosen: str) -> Callable[..., None]:
    if chosen not in ways:
        raise InvalidInput(fields={"do": "不知道要做什么，请回到上一页重新选择。"})
    return ways[chosen]


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
