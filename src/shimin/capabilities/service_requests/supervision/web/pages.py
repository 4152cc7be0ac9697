"""The supervisor's pages: figures of a period, appeals of cards, call-backs; and the agency's appeal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shimin.capabilities.catalogue.public import get_region, has_region, list_agencies, list_cities
from shimin.capabilities.service_requests.public import RATING_WORDS, SUPERVISOR, Rating, list_report_parts
from shimin.capabilities.service_requests.supervision.public import (
    BASELINE_ANSWERS,
    BASELINE_DAYS,
    CardView,
    Figures,
    Grouping,
    appeal_card,
    count_figures,
    decide_appeal,
    list_appeals,
    list_call_backs,
    note_call,
    note_unreached,
    reveal_phone,
)
from shimin.capabilities.service_requests.web.presenting import day_words
from shimin.kernel import clock
from shimin.kernel.actor import Actor
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound
from shimin.kernel.web.access import Request, staff
from shimin.ui.plots import bars, line

GROUPINGS = {
    Grouping.AGENCY: "部门", Grouping.CATEGORY: "类别", Grouping.DISTRICT: "区县", Grouping.WEEK: "周",
}  # fmt: skip
HEADS = (
    "收到", "办结", "按时办结率", "超期未办", "黄牌", "红牌", "催办", "退单", "重办", "响应率", "解决率",
    "满意率", "答复中位天数",
)  # fmt: skip
_UNNAMED = {
    Grouping.AGENCY: "还没有派单", Grouping.CATEGORY: "没有类别", Grouping.DISTRICT: "没有写明", Grouping.WEEK: "",
}  # fmt: skip
_LONGEST_DAYS = 3_700
_PLOTTED = 12


@dataclass(frozen=True, slots=True)
class Period:
    """What a report is about: days (both included), and for a special report an agency or a category."""

    city_code: str
    starts: date
    ends: date
    by: Grouping
    agency_id: int | None
    category: str

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.starts, time.min, tzinfo=CHINA)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.ends + timedelta(days=1), time.min, tzinfo=CHINA)

    @property
    def is_special(self) -> bool:
        return self.agency_id is not None or bool(self.category)

    def figures(self, actor: Actor, by: Grouping | None, now: datetime) -> tuple[Figures, ...]:
        """Count by something, or everything."""
        return count_figures(
            actor, city_code=self.city_code, by=by, starts_at=self.starts_at, ends_at=self.ends_at, now=now,
            agency_id=self.agency_id, category=self.category,
        )  # fmt: skip


class DecideForm(forms.Form):
    """Lift a card, or let it stay; with reasons."""

    use_required_attribute = False

    outcome = forms.ChoiceField(
        label="裁定", choices=[("", "请选择"), ("lift", "撤销这张牌"), ("stay", "维持这张牌")],
        error_messages={"required": "请选择。"},
    )  # fmt: skip
    words = forms.CharField(
        label="理由（部门会看到）", max_length=8_000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。", "null_characters_not_allowed": "有不能保存的字符。"},
    )  # fmt: skip


class CallForm(forms.Form):
    """What somebody said on the phone."""

    use_required_attribute = False
    _YES_NO = [("", "请选择"), ("yes", "是"), ("no", "没有")]

    responded = forms.ChoiceField(label="部门联系过吗", choices=_YES_NO, error_messages={"required": "请选择。"})
    solved = forms.ChoiceField(label="问题解决了吗", choices=_YES_NO, error_messages={"required": "请选择。"})
    rating = forms.ChoiceField(
        label="对办理满意吗", choices=[("", "请选择"), *((str(each), words) for each, words in RATING_WORDS.items())],
        error_messages={"required": "请选择。"},
    )  # fmt: skip
    words = forms.CharField(
        label="市民说了什么", required=False, max_length=8_000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"null_characters_not_allowed": "有不能保存的字符。"},
    )  # fmt: skip
    redo = forms.BooleanField(label="没有解决，退回部门重办", required=False)


@require_safe
@staff(SUPERVISOR)
def report(request: Request) -> HttpResponse:
    """Show the figures of a period; what it is about stands in the address."""
    period, now = read_period(request), clock.now()
    whole = period.figures(request.actor, None, now)
    rows = period.figures(request.actor, period.by, now)
    weeks = rows if period.by is Grouping.WEEK else period.figures(request.actor, Grouping.WEEK, now)
    names = names_of(period.by, period.city_code)
    context = {
        "queue": "service_requests.supervision", "period": period, "title": title_of(period),
        "total": shown(whole[0]) if whole else None, "head": (GROUPINGS[period.by], *HEADS),
        "table": [[name_of(names, row, period.by), *cells(row)] for row in rows],
        "numeric": list(range(1, len(HEADS) + 1)),
        "plot": bars(
            f"收到的诉求，按{GROUPINGS[period.by]}",
            [(name_of(names, row, period.by), row.filed) for row in rows[:_PLOTTED]], words=lambda n: f"{n:,} 件",
            label_title=GROUPINGS[period.by], value_title="件数",
        ) if rows and period.by is not Grouping.WEEK else None,
        "trend": line("每周收到的诉求", [(week.key[5:], week.filed) for week in weeks], words=lambda n: f"{n:,} 件")
        if len(weeks) > 1 else None,
        "chips": [
            {"title": f"按{words}", "url": f"?{_query(request, by=str(each))}", "current": each is period.by}
            for each, words in GROUPINGS.items()
        ],
        "parts": [] if period.is_special else list_report_parts(
            actor=request.actor, city_code=period.city_code, starts_at=period.starts_at, ends_at=period.ends_at, now=now
        ),
        "pdf_url": f"{reverse('supervision:report_pdf')}?{_query(request)}",
    }  # fmt: skip
    return _private(render(request, "supervision/report.html", context))


@require_safe
@staff(SUPERVISOR)
def appeals(request: Request) -> HttpResponse:
    """List the appeals that wait for a decision."""
    return _appeals(request)


@require_POST
@csrf_protect
@staff(SUPERVISOR, transaction=False)
def decide(request: Request, card_id: int) -> HttpResponse:
    """Decide an appeal."""
    form = DecideForm(request.POST, auto_id=f"card_{card_id}_%s")
    if not form.is_valid():
        return _appeals(request, wrong=(card_id, form))
    said = form.cleaned_data
    try:
        decide_appeal(
            actor=request.actor, card_id=card_id, is_lifted=said["outcome"] == "lift", words=said["words"],
            now=clock.now(),
        )  # fmt: skip
    except InvalidInput as refused:
        form.add_error("words", next(iter(refused.fields.values()), refused.message))
        return _appeals(request, wrong=(card_id, form))
    return HttpResponseRedirect(reverse("supervision:appeals"))


@require_POST
@csrf_protect
@staff(transaction=False)
def appeal(request: Request, request_id: int, card_id: int) -> HttpResponse:
    """Appeal a card of a request and show the request again."""
    appeal_card(actor=request.actor, card_id=card_id, words=request.POST.get("words", ""), now=clock.now())
    return HttpResponseRedirect(reverse("service_requests:desk_request", args=[request_id]))


@require_http_methods(["GET", "HEAD"])
@staff(SUPERVISOR)
def calls(request: Request) -> HttpResponse:
    """List the calls that are to be made."""
    return _calls(request)


@require_POST
@csrf_protect
@staff(SUPERVISOR, transaction=False)
def call(request: Request, call_back_id: int, what: str) -> HttpResponse:
    """Note a call, note that nobody answered, or show the number to dial."""
    now = clock.now()
    if what == "phone":
        phone = reveal_phone(actor=request.actor, call_back_id=call_back_id, now=now)
        return _calls(request, phone=(call_back_id, phone or "没有留电话"))
    if what == "unreached":
        note_unreached(actor=request.actor, call_back_id=call_back_id, now=now)
        return HttpResponseRedirect(reverse("supervision:calls"))
    if what != "reached":
        raise NotFound
    form = CallForm(request.POST, auto_id=f"call_{call_back_id}_%s")
    if form.is_valid():
        said = form.cleaned_data
        try:
            note_call(
                actor=request.actor, call_back_id=call_back_id, is_responded=said["responded"] == "yes",
                is_solved=said["solved"] == "yes", rating=Rating(said["rating"]), words=said["words"],
                wants_redo=said["redo"], now=now,
            )  # fmt: skip
            return HttpResponseRedirect(reverse("supervision:calls"))
        except InvalidInput as refused:
            form.add_error("words", next(iter(refused.fields.values()), refused.message))
    return _calls(request, wrong=(call_back_id, form))


def read_period(request: Request) -> Period:
    """Return what the address asks for; without days the last seven, with odd ones an error.

    Raises:
        InvalidInput: a day is none, or the period is empty or longer than ten years.
        Forbidden: the actor supervises no city.
    """
    given, today = request.GET, local_date(clock.now())
    ends = _day(given.get("to", ""), today)
    starts = _day(given.get("from", ""), ends - timedelta(days=6))
    if not 0 <= (ends - starts).days <= _LONGEST_DAYS:
        raise InvalidInput("开始的日期要在结束的日期之前，最长十年。", mend="请重新选择日期。")
    by = next((each for each in Grouping if each == given.get("by")), Grouping.AGENCY)
    agency = given.get("agency", "")
    return Period(
        city_asked(request.actor, given.get("city", "")), starts, ends, by,
        int(agency) if agency.isascii() and agency.isdigit() and len(agency) < 19 else None,
        given.get("category", "")[:120],
    )  # fmt: skip


def title_of(period: Period) -> str:
    """Return the report's title: weekly for seven days or fewer, special when narrowed down."""
    if period.is_special:
        return "督查专报"
    return "督查周报" if (period.ends - period.starts).days < 7 else "督查报告"


def names_of(by: Grouping, city_code: str) -> Mapping[str, str]:
    """Return names for the keys of figures."""
    if by is Grouping.AGENCY:
        return {str(agency.id): agency.short_name or agency.name for agency in list_agencies()}
    return {each.code: each.name for each in list_cities(city_code)} if by is Grouping.DISTRICT else {}


def name_of(names: Mapping[str, str], row: Figures, by: Grouping) -> str:
    """Return how people name a group."""
    return names.get(row.key, row.key) if row.key else _UNNAMED[by]


def cells(row: Figures) -> list[str]:
    """Return a row's figures in the order of HEADS."""
    days = "—" if row.median_days is None else f"{row.median_days:.1f}"
    return [
        f"{row.filed:,}", f"{row.ended:,}", share(row.in_time, row.ended), f"{row.late:,}", f"{row.yellow:,}",
        f"{row.red:,}", f"{row.urged:,}", f"{row.returned:,}", f"{row.redone:,}", share(row.responded, row.reached),
        share(row.solved, row.reached), share(row.satisfied, row.rated), days,
    ]  # fmt: skip


def shown(row: Figures) -> list[dict[str, str]]:
    """Return the figures that count, for ui/components/_figure.html."""
    return [
        {"label": "收到", "value": f"{row.filed:,}", "note": f"办结 {row.ended:,} 件"},
        {"label": "按时办结率", "value": share(row.in_time, row.ended), "note": f"超期未办 {row.late:,} 件"},
        {"label": "响应率", "value": share(row.responded, row.reached), "note": f"回访到 {row.reached:,} 人"},
        {"label": "解决率", "value": share(row.solved, row.reached), "note": f"解决 {row.solved:,} 件"},
        {"label": "满意率", "value": share(row.satisfied, row.rated), "note": f"评价 {row.rated:,} 人次"},
        {
            "label": "答复中位天数",
            "value": "—" if row.median_days is None else f"{row.median_days:.1f}",
            "note": f"一城 {BASELINE_ANSWERS:,} 件旧答复 {BASELINE_DAYS:g} 天",
        },
        {"label": "黄牌", "value": f"{row.yellow:,}", "note": "不含申诉后撤销的"},
        {"label": "红牌", "value": f"{row.red:,}", "note": f"催办过 {row.urged:,} 件"},
    ]


def share(part: int, whole: int) -> str:
    """Return a share in words; nothing divided by nothing is no share."""
    return f"{part / whole:.1%}" if whole else "—"


def card_rows(cards: Sequence[CardView]) -> list[dict[str, Any]]:
    """Return cards as desk/_cards.html shows them."""
    words = {"yellow": ("amber", "黄牌"), "red": ("red", "红牌")}
    states = {"": "", "open": "申诉中", "upheld": "申诉后维持", "lifted": "申诉后撤销"}
    return [
        {
            "card": each, "colour": words[each.light][0], "word": words[each.light][1], "due": day_words(each.due_at),
            "appeal": states[each.appeal_state], "may_appeal": not each.appeal_state,
        }
        for each in cards
    ]  # fmt: skip


def _appeals(request: Request, wrong: tuple[int, DecideForm] | None = None) -> HttpResponse:
    names = names_of(Grouping.AGENCY, "")
    rows = [
        {
            **row, "agency": names.get(str(row["card"].agency_id), "12345 热线"),
            "form": wrong[1] if wrong and wrong[0] == row["card"].card_id
            else DecideForm(auto_id=f"card_{row['card'].card_id}_%s"),
        }
        for row in card_rows(list_appeals(request.actor))
    ]  # fmt: skip
    context = {"queue": "service_requests.appeals", "rows": rows, "wrong_form": wrong[1] if wrong else None}
    return _private(render(request, "supervision/appeals.html", context, status=422 if wrong else 200))


def _calls(
    request: Request, wrong: tuple[int, CallForm] | None = None, phone: tuple[int, str] | None = None
) -> HttpResponse:
    names = names_of(Grouping.AGENCY, "")
    rows = [
        {
            "call": each, "agency": names.get(str(each.agency_id), ""),
            "phone": phone[1] if phone and phone[0] == each.call_back_id else "",
            "is_open": bool((wrong and wrong[0] == each.call_back_id) or (phone and phone[0] == each.call_back_id)),
            "form": wrong[1] if wrong and wrong[0] == each.call_back_id
            else CallForm(auto_id=f"call_{each.call_back_id}_%s"),
        }
        for each in list_call_backs(request.actor)
    ]  # fmt: skip
    context = {"queue": "service_requests.calls", "rows": rows, "wrong_form": wrong[1] if wrong else None}
    return _private(render(request, "supervision/calls.html", context, status=422 if wrong else 200))


def city_asked(actor: Actor, wanted: str) -> str:
    """Return the city of the report: the one asked for, else the actor's own."""
    own = [grant.region_code for grant in actor.grants if grant.role == SUPERVISOR]
    if wanted and has_region(wanted):
        return get_region(wanted).code
    named = [code for code in own if code]
    if not named:
        raise Forbidden("请在地址里写明城市，例如 ?city=430100。")
    return named[0]


def _day(text: str, otherwise: date) -> date:
    if not text:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("日期不对。", mend="请写成 2026-11-27。") from None


def _query(request: Request, **changes: str) -> str:
    query = request.GET.copy()
    for name in list(query):
        if name not in ("from", "to", "by", "agency", "category", "city"):
            del query[name]
    for name, value in changes.items():
        query[name] = value
    return query.urlencode()


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
