"""The board of a city: lights and rates by agency, what was promised against what was real; and the same for a wall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from shimin.capabilities.catalogue.public import get_region, list_agencies, list_items
from shimin.capabilities.indicators.public import (
    FIGURE_WORDS,
    TOPIC_WORDS,
    AlertView,
    Band,
    BoardFigure,
    Topic,
    bands_for,
    confirm_subscription,
    figure_words,
    how_computed,
    list_alerts,
    list_subscriptions,
    subscribe,
    target_words,
    unsubscribe,
)
from shimin.capabilities.indicators.web.forms import SubscribeForm
from shimin.capabilities.service_requests.public import RATING_WORDS, SUPERVISOR
from shimin.capabilities.service_requests.supervision.public import (
    STATEMENT,
    AgencyFigures,
    CityFigures,
    figures_by_agency,
)
from shimin.kernel import clock
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.errors import InvalidInput
from shimin.kernel.web.access import Request, staff
from shimin.ui.plots import BarPlot, bars

_SPANS = (7, 30, 90, 365)
_LARGE = (
    BoardFigure.RESPONSE_RATE, BoardFigure.SOLVED_RATE, BoardFigure.SATISFIED_RATE, BoardFigure.OPEN,
    BoardFigure.YELLOW, BoardFigure.RED,
)  # fmt: skip
_COLUMNS = (
    BoardFigure.OPEN, BoardFigure.WARNING, BoardFigure.YELLOW, BoardFigure.RED, BoardFigure.RESPONSE_RATE,
    BoardFigure.SOLVED_RATE, BoardFigure.SATISFIED_RATE, BoardFigure.PROMISED_DAYS, BoardFigure.REAL_DAYS,
    BoardFigure.RETURNED, BoardFigure.REDONE,
)  # fmt: skip
_ITEMS = 1000
_WALL_AGENCIES = 12


@dataclass(frozen=True, slots=True)
class Tile:
    """One large figure: its words, what should be, how it has moved, and whether it lies outside its band."""

    title: str
    value: str
    target: str
    change: str
    is_outside: bool
    is_known: bool
    how: str


@require_safe
@staff(SUPERVISOR)
def board(request: Request) -> HttpResponse:
    """Show the supervisor's city; ``wall=1``: for a screen across the room, renewed every minute."""
    code = next((g.region_code for g in request.actor.grants if g.role == SUPERVISOR and g.region_code), "")
    region = get_region(request.GET.get("city", "") or code or "430100")
    days = next((span for span in _SPANS if request.GET.get("days") == str(span)), 30)
    now = clock.now()
    until = datetime.combine(local_date(now) + timedelta(days=1), time.min, CHINA)
    since = until - timedelta(days=days)
    figures, before = (
        figures_by_agency(actor=request.actor, city_code=region.code, since=begins, until=ends, now=now)
        for begins, ends in ((since, until), (since - timedelta(days=days), since))
    )
    bands = bands_for(region.code, local_date(now))
    names = {agency.id: agency.short_name or agency.name for agency in list_agencies()}
    is_wall = request.GET.get("wall") == "1"
    context = {
        "queue": "indicators.board", "region": region, "days": days, "now": now, "spans": _SPANS,
        "tiles": [_tile(each, figures.together, before.together, bands) for each in _LARGE],
        "heads": [FIGURE_WORDS[each] for each in _COLUMNS],
        "rows": _rows(figures, bands, names)[: _WALL_AGENCIES if is_wall else None],
        "ratings": _ratings(figures.together), "times": _times(figures, names), "stars": _stars(region.code),
        "has_late": any(_is_late(each) for each in figures.agencies),
        "how": [(FIGURE_WORDS[each], how_computed(each)) for each in BoardFigure], "statement": _tidy(STATEMENT),
        "since": since, "last_day": until - timedelta(days=1),
        "subscriptions": [
            (each, TOPIC_WORDS[each.topic]) for each in list_subscriptions(actor=request.actor, city_code=region.code)
        ],
        "alerts": [_alert(each) for each in list_alerts(actor=request.actor, city_code=region.code)],
        "subscribe_form": SubscribeForm(initial={"city": region.code}),
        "wall_url": f"?days={days}&city={region.code}&wall=1",
    }  # fmt: skip
    return _private(render(request, f"indicators/desk/{'wall' if is_wall else 'board'}.html", context))


@require_POST
@staff(SUPERVISOR)
def new_subscription(request: Request) -> HttpResponse:
    """Ask for letters to an address; a code goes there first."""
    form = SubscribeForm(request.POST)
    if form.is_valid():
        try:
            subscribe(
                actor=request.actor, city_code=form.cleaned_data["city"], topic=Topic(form.cleaned_data["topic"]),
                recipient=form.cleaned_data["recipient"], now=clock.now(),
            )  # fmt: skip
            return _back(form.cleaned_data["city"])
        except InvalidInput as wrong:
            for field, words in wrong.fields.items():
                form.add_error(field, words)
    return _private(render(request, "indicators/desk/subscribe.html", {"queue": "indicators.board", "form": form},
                           status=422))  # fmt: skip


@require_POST
@staff(SUPERVISOR)
def confirm(request: Request, subscription_id: int) -> HttpResponse:
    """Confirm an address by the code that went there."""
    confirm_subscription(
        actor=request.actor, subscription_id=subscription_id, code=request.POST.get("code", "")[:20], now=clock.now()
    )
    return _back(request.POST.get("city", ""))


@require_POST
@staff(SUPERVISOR)
def end_subscription(request: Request, subscription_id: int) -> HttpResponse:
    """Send no more letters."""
    unsubscribe(actor=request.actor, subscription_id=subscription_id, now=clock.now())
    return _back(request.POST.get("city", ""))


def _back(city: str) -> HttpResponse:
    query = f"?city={city}" if len(city) == 6 and city.isascii() and city.isdigit() else ""
    return HttpResponseRedirect(f"{reverse('indicators:desk_board')}{query}#letters", status=303)


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _alert(alert: AlertView) -> tuple[str, AlertView]:
    side = "低于" if alert.side == "low" else "高于"
    return f"{FIGURE_WORDS[alert.figure]} {figure_words(alert.figure, alert.value)}，{side}目标", alert


def _tile(figure: BoardFigure, now: AgencyFigures, before: AgencyFigures, bands: Mapping[BoardFigure, Band]) -> Tile:
    value, band = figure.of(now), bands.get(figure)
    return Tile(
        title=FIGURE_WORDS[figure], value=figure_words(figure, value), target=target_words(figure, band),
        change=_change(figure, value, figure.of(before)), how=how_computed(figure),
        is_known=value is not None, is_outside=value is not None and band is not None and bool(band.side_of(value)),
    )  # fmt: skip


def _change(figure: BoardFigure, value: float | None, before: float | None) -> str:
    if value is None or before is None or not figure.is_rate:  # what is open stands as of now in both spans
        return ""
    points = (value - before) * 100
    if abs(points) < 0.05:
        return "和上一段持平"
    return f"比上一段{'高' if points > 0 else '低'} {abs(points):.1f} 个百分点"


def _rows(
    figures: CityFigures, bands: Mapping[BoardFigure, Band], names: Mapping[int, str]
) -> list[tuple[str, str, str, list[tuple[str, bool]]]]:
    """Return a line for each agency, red ones first: name, its requests, its late ones, cells (words, outside)."""
    rows = []
    for each in sorted(figures.agencies, key=lambda one: (-one.red, -one.yellow, -one.open)):
        cells = []
        for figure in _COLUMNS:
            value, band = figure.of(each), bands.get(figure)
            outside = value is not None and band is not None and bool(band.side_of(value))
            cells.append((figure_words(figure, value), outside))
        link = f"/desk/requests/all?agency={each.agency_id}" if each.agency_id is not None else ""
        name = names.get(each.agency_id, "其他部门") if each.agency_id is not None else "还没有派单"
        rows.append((name, link, f"{link}&late=1" if link and each.yellow + each.red else "", cells))
    return rows


def _ratings(together: AgencyFigures) -> BarPlot | None:
    if not together.rated:
        return None
    rows = [(words, getattr(together, str(rating))) for rating, words in RATING_WORDS.items()]
    return bars("市民评价", rows, words=lambda n: f"{n:,}件 {n / together.rated:.0%}", label_title="评价",
                value_title="件数和占比")  # fmt: skip


def _times(figures: CityFigures, names: Mapping[int, str]) -> BarPlot | None:
    """Draw real days by agency; those above what was promised are set apart, and say so."""
    told = [each for each in figures.agencies if each.real_days is not None and each.agency_id is not None]
    told.sort(key=lambda each: -(each.real_days or 0))
    late, rows = set(), []
    for each in told[:15]:
        name = names.get(each.agency_id or 0, "其他部门")
        rows.append((name, round(each.real_days or 0, 1)))
        if _is_late(each):
            late.add(name)
    if not rows:
        return None
    return bars("答复用了几天（取中间一件）", rows, words=lambda n: f"{n:g}天", label_title="部门", value_title="天数",
                attention=frozenset(late))  # fmt: skip


def _is_late(figures: AgencyFigures) -> bool:
    return (figures.real_days or 0) > (figures.promised_days or 0)


def _stars(city_code: str) -> BarPlot | None:
    items = list_items(city_code, limit=_ITEMS)
    if not items:
        return None
    counts = {stars: sum(card.stars == stars for card in items) for stars in range(5, -1, -1)}
    rows = [(f"{stars}星" if stars else "未达到一星", count) for stars, count in counts.items() if count]
    return bars("服务事项的星级", rows, words=lambda n: f"{n}项", label_title="星级", value_title="项数")


def _tidy(statement: str) -> str:
    lines = statement.strip("\n").splitlines()
    return "\n".join(line[4:] if line.startswith("    ") else line for line in lines).strip()
