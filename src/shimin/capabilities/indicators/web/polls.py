"""Polls for everybody: the list of a city, one poll with its ballot or its result, the result as CSV."""

from __future__ import annotations

import csv
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from shimin.capabilities.catalogue.public import get_region
from shimin.capabilities.indicators.public import (
    AlreadyVoted,
    Electorate,
    PollClosed,
    PollPhase,
    PollResult,
    PollView,
    find_result,
    get_poll,
    has_voted,
    list_polls,
    turnout,
    vote,
)
from shimin.capabilities.indicators.web.forms import last_day
from shimin.kernel import clock
from shimin.kernel.actor import ActorKind
from shimin.kernel.channels import CHANNELS
from shimin.kernel.db import scope
from shimin.kernel.errors import InvalidInput, SignInRequired
from shimin.kernel.web.access import Request, public
from shimin.ui.plots import BarPlot, bars

PHASE_WORDS = {
    PollPhase.DRAFT: "草稿",
    PollPhase.COMING: "还没开始",
    PollPhase.OPEN: "正在投票",
    PollPhase.CLOSED: "已结束",
    PollPhase.WITHDRAWN: "已撤回",
}
PHASE_LIGHTS = {
    PollPhase.DRAFT: "grey",
    PollPhase.COMING: "grey",
    PollPhase.OPEN: "green",
    PollPhase.CLOSED: "grey",
    PollPhase.WITHDRAWN: "red",
}


@require_safe
@public()
def polls(request: Request, region_code: str) -> HttpResponse:
    """List the polls of a city, open ones first."""
    region = get_region(region_code)
    now = clock.now()
    found = sorted(list_polls(region.code), key=lambda poll: poll.phase(now) is not PollPhase.OPEN)
    rows = [(poll, PHASE_WORDS[poll.phase(now)], PHASE_LIGHTS[poll.phase(now)], last_day(poll)) for poll in found]
    return render(request, "indicators/polls.html", {"region": region, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@public()
def poll(request: Request, poll_id: int) -> HttpResponse:
    """Show a poll; POST looks the choice over, POST with ``confirmed`` votes.

    Raises:
        SignInRequired, LevelRequired: voting takes an account, or a proven name.
    """
    fault, chosen, asked, status = "", _chosen(request), False, 200
    if request.method == "POST":
        try:
            if request.POST.get("confirmed") == "1":
                vote(actor=request.actor, poll_id=poll_id, options=chosen, now=clock.now())
                return HttpResponseRedirect(reverse("indicators:poll", args=[poll_id]))
            asked = True
        except AlreadyVoted:
            return HttpResponseRedirect(reverse("indicators:poll", args=[poll_id]))
        except PollClosed as closed:
            fault, status = closed.message, 409
        except InvalidInput as wrong:
            fault, status = wrong.fields["options"], 422
    with scope(request.actor):
        return _page(request, poll_id, chosen, asked=asked, fault=fault, status=status)


def _page(request: Request, poll_id: int, chosen: list[int], *, asked: bool, fault: str, status: int) -> HttpResponse:
    now = clock.now()
    shown = get_poll(poll_id)
    phase = shown.phase(now)
    if asked and request.actor.kind is not ActorKind.CITIZEN:
        raise SignInRequired
    if asked and not (0 < len(set(chosen)) <= shown.most_choices and set(chosen) <= set(range(len(shown.options)))):
        asked, status = False, 422
        fault = f"请选{'1' if shown.most_choices == 1 else f'1到{shown.most_choices}'}项。"
    voted = has_voted(actor=request.actor, poll_id=poll_id)
    result = find_result(shown) if phase is PollPhase.CLOSED else None
    context = {
        "poll": shown, "region": get_region(shown.city_code), "phase": phase, "word": PHASE_WORDS[phase],
        "light": PHASE_LIGHTS[phase], "last_day": last_day(shown), "voted": voted, "fault": fault,
        "turnout": turnout(poll_id), "options": [(n, words, n in chosen) for n, words in enumerate(shown.options)],
        "can_vote": phase is PollPhase.OPEN and not voted, "is_single": shown.most_choices == 1,
        "confirm": [(n, shown.options[n]) for n in chosen] if asked and not voted else [],
        "is_signed_in": request.actor.kind is ActorKind.CITIZEN, "by_person": shown.electorate is Electorate.PERSON,
        "weights": [(CHANNELS.get(channel, channel), f"{weight:g}") 
                    for channel, weight in sorted(shown.weights.items(), key=lambda pair: -pair[1])],
        **(_told(shown, result) if result else {}),
    }  # fmt: skip
    response = render(request, "indicators/poll.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _chosen(request: Request) -> list[int]:
    """Return the positions that were ticked, each once; nonsense as -1: it is refused with the rest."""
    ticks = dict.fromkeys(request.POST.getlist("options")[:100])
    return [int(each) if each.isascii() and each.isdigit() and len(each) < 4 else -1 for each in ticks]


def _told(poll: PollView, result: PollResult) -> dict[str, Any]:
    return {"result": result, "plot": _plot(poll, result), **_table(poll, result)}


def _plot(poll: PollView, result: PollResult) -> BarPlot:
    ordered = sorted(zip(poll.options, result.shares, strict=True), key=lambda pair: -pair[1])
    return bars("结果", [(words, round(share * 100, 1)) for words, share in ordered],
                words=lambda n: f"{n:.1f}%", label_title="选项", value_title="占比")  # fmt: skip


def _table(poll: PollView, result: PollResult) -> dict[str, Any]:
    head = ["选项", *(channel_words(each.channel) for each in result.channels)]
    rows = [[words, *(f"{each.share(n):.1%}" for each in result.channels)] for n, words in enumerate(poll.options)]
    rows.append(["投票的人", *(f"{each.voters:,}" for each in result.channels)])
    return {"head": head, "rows": rows, "numeric": list(range(1, len(head)))}


def channel_words(channel: str) -> str:
    """Say a channel; "" is several with few people each."""
    return CHANNELS.get(channel, channel) if channel else "其他渠道合计"


@require_safe
@public()
def download_csv(request: Request, poll_id: int) -> HttpResponse:
    """Return a result as CSV: a row for each option and channel. Without a result, only the head."""
    shown = get_poll(poll_id)
    result = find_result(shown)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="poll-{poll_id}.csv"'
    response.write("\ufeff")  # or spreadsheets take it for GBK
    writer = csv.writer(response, lineterminator="\r\n")
    writer.writerow(["option", "channel", "ticks", "voters", "share", "weighted_share"])
    for n, words in enumerate(shown.options if result else ()):
        for each in result.channels if result else ():
            writer.writerow([
                _safe(words), each.channel or "others", each.ticks[n], each.voters, f"{each.share(n):.4f}",
                f"{result.shares[n]:.4f}" if result else "",
            ])  # fmt: skip
    return response


def _safe(words: str) -> str:
    """Keep a spreadsheet from taking words for a formula."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@")) else words
