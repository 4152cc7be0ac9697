"""Follow a request: the receipt, every step and the clock, and what one can do: by account, or by number and code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.service_requests.public import (
    KIND_WORDS,
    Action,
    RequestView,
    Who,
    WrongCode,
    actions_from,
    add_facts,
    chase,
    find_request,
    get_opened_request,
    get_request_for,
    list_follow_parts,
    list_requests,
    look_up_request,
    rate_answer,
    read_rating,
    reopen,
    update_position,
    withdraw,
)
from shimin.capabilities.service_requests.web.forms import LookUpForm, RateForm, WordsForm
from shimin.capabilities.service_requests.web.kept_codes import keep_code, kept_codes
from shimin.capabilities.service_requests.web.matter_parts import part_of_matter
from shimin.capabilities.service_requests.web.presenting import light_of, promise_of, timeline
from shimin.capabilities.service_requests.web.uploads import photos_of_step
from shimin.capabilities.service_requests.web.voice_uploads import length_words, voices_of_step
from shimin.kernel import clock
from shimin.kernel.errors import DomainError, InvalidInput, NotFound, TooManyRequests
from shimin.kernel.values.numbers import check_public_number
from shimin.kernel.web.access import Request, public, signed_in

_FORMS: dict[Action, Callable[[Any], Form]] = {
    Action.ADD_FACTS: lambda data: WordsForm(
        "补充什么情况", "例如：现在有两盏灯不亮了。", data, prefix="facts", with_files=True
    ),
    Action.CHASE: lambda data: WordsForm(
        "想说一句什么（可不填）", "例如：已经过去一周了，还没有人联系我。", data, prefix="chase"
    ),
    Action.REOPEN: lambda data: WordsForm(
        "哪里没有办好", "例如：答复说修好了，昨晚去看还是不亮。", data, prefix="reopen"
    ),
    Action.RATE: lambda data: RateForm(data),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A request, and the code that opened it ("" for the account's own)."""

    view: RequestView
    code: str


def open_request(request: Request, number: str) -> Opened:
    """Return the request by the account, or by a code that this browser has proved.

    Raises:
        PublicNumberInvalid: the number has a slip.
        NotFound: neither opens it.
    """
    whole = check_public_number(number)
    code = kept_codes(request).get(whole, "")
    if code:
        return Opened(get_opened_request(actor=request.actor, number=whole, code=code), code)
    request_id = find_request(actor=request.actor, number=whole)
    return Opened(get_request_for(actor=request.actor, request_id=request_id), "")


@require_safe
@public(transaction=False, acting=True)
def follow(request: Request, number: str) -> HttpResponse:
    """Show a request; who cannot be known here is asked for number and code."""
    try:
        opened = open_request(request, number)
    except NotFound:
        return HttpResponseRedirect(f"{reverse('service_requests:look_up')}?number={check_public_number(number)}")
    return _page(request, opened)


@require_safe
@public(transaction=False, acting=True)
def receipt(request: Request, number: str) -> HttpResponse:
    """Show the receipt: number, query code, promise."""
    try:
        opened = open_request(request, number)
    except NotFound:
        return HttpResponseRedirect(f"{reverse('service_requests:look_up')}?number={check_public_number(number)}")
    context = {
        "request_view": opened.view,
        "promise": promise_of(opened.view.clock, opened.view.state, clock.now(), what=_promised(opened.view)),
        "kind": KIND_WORDS[opened.view.kind],
    }
    return _private(render(request, "service_requests/receipt.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@public(transaction=False, acting=True)
def look_up(request: Request) -> HttpResponse:
    """Open a request by number and query code; wrong ones are counted."""
    form = LookUpForm(
        request.POST if request.method == "POST" else None, initial={"number": request.GET.get("number", "")[:40]}
    )
    if request.method == "POST" and form.is_valid():
        number, code = form.cleaned_data["number"], form.cleaned_data["code"]
        try:
            found = look_up_request(
                actor=request.actor, number=number, code=code, now=clock.now(),
                address=request.META.get("REMOTE_ADDR", ""),
            )  # fmt: skip
        except WrongCode as wrong:
            form.add_error("code", f"{wrong.message}{wrong.mend}")
        except InvalidInput as wrong:
            form.add_error("number", wrong.message)
        else:
            response = HttpResponseRedirect(reverse("service_requests:follow", args=[found.number]))
            keep_code(request, response, found.number, found.query_code)
            return response
    return _private(
        render(request, "service_requests/look_up.html", {"form": form}, status=422 if form.errors else 200)
    )


@require_POST
@csrf_protect
@public(transaction=False, acting=True)
def act(request: Request, number: str, action: str) -> HttpResponse:
    """Take one of the reporter's own steps and show the request again."""
    opened = open_request(request, number)
    own = set(actions_from(opened.view.state, Who.REPORTER))
    try:
        wanted = Action(action)
    except ValueError:
        raise NotFound from None
    try:
        _take(request, opened, wanted, clock.now())
    except TooManyRequests:
        raise
    except InvalidInput as wrong:
        return _page(request, opened, wrong=(wanted, wrong))
    except DomainError:
        if wanted in own:
            raise
        return HttpResponseRedirect(reverse("service_requests:follow", args=[opened.view.number]))  # sent twice
    return HttpResponseRedirect(reverse("service_requests:follow", args=[opened.view.number]))


def _take(request: Request, opened: Opened, action: Action, now: datetime) -> None:
    said = request.POST.get("words", "")
    where: dict[str, Any] = {
        "actor": request.actor, "request_id": opened.view.request_id, "now": now, "number": opened.view.number,
        "code": opened.code,
    }  # fmt: skip
    match action:
        case Action.ADD_FACTS:
            photo_ids = photos_of_step(request, city_code=opened.view.city_code)
            voice_ids = voices_of_step(request, city_code=opened.view.city_code)
            add_facts(**where, words=said, photo_ids=photo_ids, voice_ids=voice_ids)
        case Action.CHASE:
            chase(**where, words=said)
        case Action.WITHDRAW:
            withdraw(**where)
        case Action.POSITION:
            update_position(**where, **_position(request))
        case Action.REOPEN:
            reopen(**where, words=said)
        case Action.RATE:
            rate_answer(
                **where, rating=read_rating(request.POST.get("rating", "")), words=said,
                wants_contact=bool(request.POST.get("wants_contact")),
            )  # fmt: skip
        case _:
            raise NotFound


def _position(request: Request) -> dict[str, Any]:
    """Return the position that a script has sent.

    Raises:
        InvalidInput: it is none.
    """
    try:
        lng, lat = (float(request.POST.get(name, "")) for name in ("lng", "lat"))
        accuracy = request.POST.get("accuracy_metres", "")
        return {"lng": lng, "lat": lat, "accuracy_metres": int(accuracy) if accuracy else None}
    except ValueError:
        raise InvalidInput(fields={"place": "位置不对。"}) from None


def _page(request: Request, opened: Opened, wrong: tuple[Action, InvalidInput] | None = None) -> HttpResponse:
    view, now = opened.view, clock.now()
    actions = actions_from(view.state, Who.REPORTER) if view.is_filer else ()
    forms = {str(action): _FORMS[action](None) for action in actions if action in _FORMS}
    if wrong is not None and wrong[0] in _FORMS:
        form = _FORMS[wrong[0]](request.POST)
        for name, words in wrong[1].fields.items():
            form.add_error(name if name in form.fields else None, words)
        forms[str(wrong[0])] = form
    light, word = light_of(view.state)
    context = {
        "request_view": view,
        "kind": KIND_WORDS[view.kind],
        "light": light,
        "word": word,
        "promise": promise_of(view.clock, view.state, now, what=_promised(view)),
        "matter": part_of_matter(view.matter, view.city_code, request.actor),
        "steps": timeline(view.steps, view.state),
        "forms": forms,
        "may_withdraw": Action.WITHDRAW in actions,
        "wrong_form": forms.get(str(wrong[0])) if wrong else None,
        "by_code": bool(opened.code),
        "players": [(voice, length_words(voice.seconds)) for voice in view.voices],
        "own_photos": [photo for photo in view.photos if not photo.by_staff],
        "their_photos": [photo for photo in view.photos if photo.by_staff],
        "parts": list_follow_parts(
            actor=request.actor, request_id=view.request_id, level=view.level, number=view.number, code=opened.code
        ),
    }
    return _private(render(request, "service_requests/follow.html", context, status=422 if wrong else 200))


def _promised(view: RequestView) -> str:
    return view.matter.next_step if view.matter else "答复"


@require_safe
@signed_in()
def mine(request: Request) -> HttpResponse:
    """List one's requests, newest first."""
    text = request.GET.get("after", "")
    after = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
    page, now = list_requests(request.actor, after=after), clock.now()
    address = reverse("service_requests:mine")
    context = {
        "rows": [(line, light_of(line.state), promise_of(line.clock, line.state, now)) for line in page.requests],
        "next_url": f"{address}?after={page.next}" if page.next else "",
        "previous_url": address if after else "",
    }
    return render(request, "service_requests/mine.html", context)


@require_safe
@signed_in(transaction=False)
def own(request: Request, request_id: int) -> HttpResponse:
    """Lead from a notice to the request."""
    view = get_request_for(actor=request.actor, request_id=request_id)
    return HttpResponseRedirect(reverse("service_requests:follow", args=[view.number]))


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
