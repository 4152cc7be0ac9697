"""The desk: queues of requests with lights, and one request with every button the table of steps allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.catalogue.public import list_agencies
from shimin.capabilities.service_requests.public import (
    DESK_STEPS,
    KIND_WORDS,
    RATING_WORDS,
    STATE_WORDS,
    Action,
    Advice,
    ArticleView,
    ClockView,
    DeskRequest,
    QueueLine,
    Rating,
    RequestState,
    add_note,
    advise,
    elsewhere,
    find_articles,
    find_desk_request,
    get_article,
    get_desk_request,
    light_rule_for,
    list_desk_parts,
    list_queue,
    list_reply_templates,
    mask_insults,
    take_desk_step,
)
from shimin.capabilities.service_requests.web.at_once import choices_for
from shimin.capabilities.service_requests.web.desk_acts import ActForm
from shimin.capabilities.service_requests.web.desk_filters import chips, form_context, link, read_filter
from shimin.capabilities.service_requests.web.desk_queues import QUEUES
from shimin.capabilities.service_requests.web.matter_parts import part_of_matter
from shimin.capabilities.service_requests.web.presenting import light_of, promise_of, timeline
from shimin.capabilities.service_requests.web.uploads import photos_of_step
from shimin.capabilities.service_requests.web.voice_uploads import length_words
from shimin.kernel import clock
from shimin.kernel.calendar.lights import LightRule
from shimin.kernel.errors import InvalidInput, NotFound
from shimin.kernel.values.numbers import check_public_number
from shimin.kernel.web.access import Request, staff
from shimin.kernel.web.api import decode_cursor, encode_cursor

# Replies come first, what is done rarely comes last.
_ORDER = (
    Action.ACCEPT, Action.TAKE_UP, Action.CONCLUDE, Action.REFUSE, Action.REPLY, Action.DRAFT_REPLY, Action.RELEASE,
    Action.DISPATCH, Action.ARBITRATE,
    Action.APPROVE_EXTENSION, Action.REFUSE_EXTENSION, Action.INTERIM_REPLY, Action.RESUME, Action.REDRAFT,
    Action.RETURN, Action.ASK_EXTENSION, Action.SUSPEND, Action.DECLINE, Action.CLASSIFY, Action.MERGE, Action.SPLIT,
    Action.HAND_OVER, Action.TAKE_BACK, Action.PUBLISH, Action.URGE, Action.ORDER, Action.SUMMON,
)  # fmt: skip

_OF_MATTERS = frozenset({Action.TAKE_UP, Action.REFUSE, Action.CONCLUDE})


@require_safe
@staff()
def queue(request: Request, key: str) -> HttpResponse:
    """List a queue, the most urgent first; filters stand in the address."""
    shown = QUEUES.get(key)
    if shown is None:
        raise NotFound
    now = clock.now()
    asked = read_filter(shown, request.GET, now)
    after = _position(request.GET.get("after", ""))
    page = list_queue(request.actor, wanted=asked.wanted, roles=(shown.role,), after=after)
    context = {
        "queue": f"service_requests.{key}",
        "link": shown.link,
        "title": shown.title,
        "rows": [queue_row(line, now) for line in page.lines],
        "chips": chips(shown, request.GET, asked),
        "map_url": f"{shown.url}/map{link(request.GET)}",
        "next_url": link(request.GET, after=_cursor(page.next)) if page.next else "",
        "previous_url": link(request.GET) if after else "",
        **form_context(shown, request.GET, asked, request.actor),
        **choices_for(key, request.actor),
    }
    status = 422 if asked.fault else 200
    return _private(render(request, "service_requests/desk/queue.html", context, status=status))


@require_safe
@staff(transaction=False)
def find(request: Request) -> HttpResponse:
    """Open a request of the actor's grants by its number; a slip or a stranger's number is told on the page."""
    asked = request.GET.get("number", "").strip()[:60]
    try:
        request_id = find_desk_request(actor=request.actor, number=check_public_number(asked))
    except (InvalidInput, NotFound) as wrong:
        context = {"asked": asked, "fault": f"{wrong.message}{wrong.mend}"}
        return _private(render(request, "service_requests/desk/find.html", context, status=404))
    return HttpResponseRedirect(reverse("service_requests:desk_request", args=[request_id]))


@require_safe
@staff(transaction=False)
def show(request: Request, request_id: int) -> HttpResponse:
    """Show one request with its buttons."""
    return desk_page(request, get_desk_request(actor=request.actor, request_id=request_id))


@require_POST
@csrf_protect
@staff(transaction=False)
def act(request: Request, request_id: int, action: str) -> HttpResponse:
    """Take one step and show the request again."""
    shown = get_desk_request(actor=request.actor, request_id=request_id)
    here = HttpResponseRedirect(reverse("service_requests:desk_request", args=[request_id]))
    if action == "note":
        try:
            add_note(actor=request.actor, request_id=request_id, words=request.POST.get("words", ""), now=clock.now())
        except InvalidInput as wrong:
            return desk_page(request, shown, note_fault=next(iter(wrong.fields.values()), wrong.message))
        return here
    wanted = next((each for each in DESK_STEPS if each == action), None)
    if wanted is None:
        raise NotFound
    form = ActForm(wanted, shown, request.POST)
    if not form.is_valid():
        return desk_page(request, shown, wrong=(wanted, form))
    try:
        said = dict(form.cleaned_data)
        if "photos" in form.fields:
            said["photos"] = photos_of_step(request, city_code=shown.line.city_code)
        take_desk_step(action=wanted, actor=request.actor, request_id=request_id, said=said, now=clock.now())
    except InvalidInput as refused:
        for name, words in (refused.fields or {"": refused.message}).items():
            form.add_error(name if name in form.fields else None, words)
        return desk_page(request, shown, wrong=(wanted, form))
    return _gone_or(request, request_id, here)


def _gone_or(request: Request, request_id: int, here: HttpResponse) -> HttpResponse:
    """Return to the desk when the step has put the request out of the actor's grants."""
    try:
        get_desk_request(actor=request.actor, request_id=request_id)
    except NotFound:
        return HttpResponseRedirect(reverse("portal:desk"))
    return here


def desk_page(
    request: Request,
    shown: DeskRequest,
    *,
    wrong: tuple[Action, ActForm] | None = None,
    note_fault: str = "",
    more: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with a request's page. ``more``: what the caller has to show beside it, or instead."""
    now, line = clock.now(), _civil(shown.line)
    possible = [action for action in _ORDER if action in shown.actions and _fits(shown, action)]
    advice = _advice(shown, now) if Action.DISPATCH in possible else None
    forms = [
        (str(action), wrong[1], True) if wrong and wrong[0] is action else (str(action), ActForm(action, shown), False)
        for action in possible
    ]
    articles = _known(request, shown, forms) if Action.REPLY in possible else ()
    if advice is not None and advice.choices:
        _propose(forms, advice.choices[0].agency_id)
    light, word = light_of(line.state)
    names = {agency.id: agency.short_name or agency.name for agency in list_agencies()}
    context = {
        "shown": shown,
        "line": line,
        "civil_words": mask_insults(shown.words) if shown.has_insults else "",
        "elsewhere": elsewhere(shown.place, line.city_code) if Action.HAND_OVER in possible else None,
        "kind": KIND_WORDS[line.kind],
        "light": light,
        "word": word,
        "promise": promise_of(
            shown.clock, line.state, now, _rule(line), what=shown.matter.next_step if shown.matter else "答复"
        ),
        "matter": part_of_matter(shown.matter, line.city_code, request.actor, shown),
        "agency": names.get(line.agency_id or 0, ""),
        "steps": timeline(shown.steps, line.state, for_staff=True),
        "forms": forms,
        "advice": advice,
        "articles": articles,
        "templates": list_reply_templates() if Action.REPLY in possible else (),
        "parts": list_desk_parts(actor=request.actor, request_id=line.request_id, agency_id=line.agency_id),
        "rating": RATING_WORDS[Rating(shown.rating)] if shown.rating else "",
        "note_fault": note_fault,
        "players": [(voice, length_words(voice.seconds)) for voice in shown.voices],
        "own_photos": [photo for photo in shown.photos if not photo.by_staff],
        "their_photos": [photo for photo in shown.photos if photo.by_staff],
        "wrong_form": wrong[1] if wrong else None,
        **(more or {}),
    }
    status = 422 if wrong or note_fault else status
    return _private(render(request, "service_requests/desk/request.html", context, status=status))


def _advice(shown: DeskRequest, now: datetime) -> Advice:
    """Return which agencies the dispatch catalogue proposes; not the one that has just returned the request."""
    line = shown.line
    found = advise(
        city_code=line.city_code, kind=line.kind, region_code=line.region_code, category=line.category,
        category_by=shown.category_by, choices=shown.choices, is_emergency=line.is_emergency, now=now,
    )  # fmt: skip
    if line.state is RequestState.RETURNED:
        left = tuple(each for each in found.choices if each.agency_id != line.agency_id)
        return Advice(left, why="部门退回的单由人重新派。")
    return replace(found, why="重新办理的由人派单。") if line.level else found


def _known(request: Request, shown: DeskRequest, forms: list[tuple[str, ActForm, bool]]) -> tuple[ArticleView, ...]:
    """Return answers of the knowledge base that fit, and put the chosen one into the reply boxes."""
    chosen = request.GET.get("article", "")
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 and not shown.draft:
        words = get_article(request.actor, int(chosen)).words
        for action, form, is_wrong in forms:
            if action in (Action.REPLY, Action.DRAFT_REPLY) and not is_wrong:
                form.fields["words"].initial = words
    _begin_by_template(request, shown, forms)
    return find_articles(request.actor, shown.words, city_code=shown.line.city_code)


def _begin_by_template(request: Request, shown: DeskRequest, forms: list[tuple[str, ActForm, bool]]) -> None:
    """Put the chosen template into the boxes of answers that nobody has begun."""
    chosen = next((each for each in list_reply_templates() if each.key == request.GET.get("template")), None)
    for action, form, is_wrong in forms:
        if chosen is not None and action in (Action.REPLY, Action.DRAFT_REPLY) and not is_wrong and not shown.draft:
            form.fields["words"].initial = chosen.text


def _propose(forms: list[tuple[str, ActForm, bool]], agency_id: int) -> None:
    for action, form, is_wrong in forms:
        if action == Action.DISPATCH and not is_wrong:
            form.fields["agency"].initial = str(agency_id)


def _fits(shown: DeskRequest, action: Action) -> bool:
    """Hide buttons that the row itself rules out: approvals without an application, a second application."""
    waits = shown.extension is not None
    if shown.matter is not None and action in _OF_MATTERS:
        return shown.matter.fits(action)
    if action in (Action.APPROVE_EXTENSION, Action.REFUSE_EXTENSION):
        return waits
    return not (action is Action.ASK_EXTENSION and waits)


def queue_row(line: QueueLine, now: datetime) -> tuple[QueueLine, str, str, Any, tuple[str, str]]:
    """Return a line with what a page says of it: kind, state, promise, and light with its word."""
    seen = ClockView(line.due_at, line.is_clock_running, "", line.ended_at, ())
    return (
        _civil(line),
        KIND_WORDS[line.kind],
        STATE_WORDS[line.state],
        promise_of(seen, line.state, now, _rule(line)),
        light_of(line.state),
    )


def _civil(line: QueueLine) -> QueueLine:
    return replace(line, title=mask_insults(line.title))


def _rule(line: QueueLine) -> LightRule:
    return light_rule_for(
        city_code=line.city_code, kind=line.kind, is_emergency=line.is_emergency, filed_at=line.filed_at
    )


def _cursor(position: tuple[datetime, int]) -> str:
    return encode_cursor(position[0].isoformat(), position[1])


def _position(text: str) -> tuple[datetime, int] | None:
    if not text:
        return None
    at, request_id = decode_cursor(text[:200], str, int)
    try:
        return datetime.fromisoformat(at), request_id
    except ValueError:
        raise InvalidInput("翻页位置无效。", mend="请从第一页重新开始。") from None


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
