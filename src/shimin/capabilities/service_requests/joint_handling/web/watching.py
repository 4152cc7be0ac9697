"""Parts across requests, as the lead, the dispatcher and the supervisor look at them; the supervisor with figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shimin.capabilities.service_requests.joint_handling.public import WatchedPart, list_watched
from shimin.capabilities.service_requests.joint_handling.web.presenting import (
    RequestFacts,
    answer_note,
    part_light,
    part_promise,
)
from shimin.capabilities.service_requests.public import DISPATCHER, KIND_WORDS, OFFICER, SUPERVISOR
from shimin.kernel import clock
from shimin.kernel.web.access import Request, staff


@require_safe
@staff(OFFICER)
def led(request: Request) -> HttpResponse:
    """List what others owe the requests that the own agency leads."""
    note = "本部门牵头、请别的部门协办的：谁接受了、谁交了意见、谁到期没交。"
    return _page(request, OFFICER, "joint_led", "请出去的协办", note)


@require_safe
@staff(DISPATCHER)
def declined(request: Request) -> HttpResponse:
    """List the parts that a co-handler declined."""
    return _page(request, DISPATCHER, "joint_declined", "不协办的，待定", "打开以后定：由它协办，还是不要它协办。")


@require_safe
@staff(SUPERVISOR)
def watch(request: Request) -> HttpResponse:
    """List all open parts with their lights."""
    note = "各部门要交的协办意见，先到期的在前；打开可以催办。各部门的数字在督查报告里。"
    return _page(request, SUPERVISOR, "joint_watch", "协办督查", note)


def _page(request: Request, role: str, key: str, title: str, note: str) -> HttpResponse:
    now = clock.now()
    rows = [_row(each, now) for each in list_watched(request.actor, role=role)]
    context = {"queue": f"service_requests.{key}", "title": title, "note": note, "rows": rows}
    response = render(request, "joint_handling/desk/watched.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _row(watched: WatchedPart, now: datetime) -> tuple[Any, ...]:
    part = watched.part
    facts = RequestFacts(part.city_code, watched.kind, watched.is_emergency, watched.filed_at, watched.is_clock_running)
    return (
        part, watched, KIND_WORDS[watched.kind], part_light(part), part_promise(part, facts, now),
        answer_note(part, now),
    )  # fmt: skip
