"""Use: a page for everybody by the month, with small numbers hidden, and one for analysts by the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shimin.capabilities.catalogue.public import (
    Region,
    count_missed,
    count_opened,
    get_region,
    list_agencies,
    list_items,
)
from shimin.capabilities.indicators.public import (
    ACTS,
    ANALYST,
    ONLINE_PAYMENTS,
    PUBLIC_STATEMENT,
    PURPOSES,
    WAYS,
    Dimension,
    Growth,
    K,
    Shares,
    Span,
    UseStage,
    daily_for,
    growth,
    hours_saved,
    public_shares,
    shares_for,
)
from shimin.capabilities.indicators.web.reach import find_reach
from shimin.kernel import clock
from shimin.kernel.actor import Actor
from shimin.kernel.errors import NotFound
from shimin.kernel.web.access import Request, public, staff
from shimin.ui.plots import BarPlot, bars, line

_ITEMS = 1000  # more than a city has
_SPANS = {"week": "最近7天", "month": "本月", "quarter": "近3个月", "year": "近12个月"}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@require_safe
@public()
def use(request: Request, region_code: str) -> HttpResponse:
    """Show a month of a city.

    Raises:
        NotFound: no such region, or no such month.
    """
    region = get_region(region_code)
    today = clock.local_date(clock.now())
    month = read_month(request.GET.get("month", ""), today)
    before = previous_month(month)
    acts = _shares(region, month, Dimension.ACT)
    services, agencies = (_shares(region, month, along) for along in (Dimension.SERVICE, Dimension.AGENCY))
    finished = public_shares(city_code=region.code, month=month, dimension=Dimension.SERVICE, stage=UseStage.FINISHED)
    paid = sum(times for key, times in finished.rows if key in ONLINE_PAYMENTS)
    missed = count_missed(region.code, since=month, until=next_month(month))
    context = {
        "region": region, "month": month, "is_running": month == today.replace(day=1), "k": K,
        "before_url": f"?month={before:%Y-%m}", "after_url": f"?month={next_month(month):%Y-%m}"
        if next_month(month) <= today else "",
        "total": acts.total, "grown": growth_words(growth(_shares(region, before, Dimension.ACT).total, acts.total)),
        "plots": [plot for plot in (
            _plot("办了什么", acts, ACTS), _plot("最常用的服务", services, _item_names(region)),
            _plot("由谁提供", agencies, _agency_names()), _hours(region, month),
            _plot("从哪里来", _shares(region, month, Dimension.CHANNEL), WAYS),
        ) if plot is not None],
        "reach": find_reach(region, _shares(region, month, Dimension.DISTRICT)),
        "top": _top_share(services), "hours": f"{hours_saved(paid):,.0f}" if paid else "", "paid": paid,
        "missed": missed if missed >= K else None,
        "statement": PUBLIC_STATEMENT % (f"'{region.code}'", f"'{month}'", "'act'", "'started'"),
    }  # fmt: skip
    return render(request, "indicators/use.html", context)


def _shares(region: Region, month: date, dimension: Dimension) -> Shares:
    return public_shares(city_code=region.code, month=month, dimension=dimension, stage=UseStage.STARTED)


def _hours(region: Region, month: date) -> BarPlot | None:
    found = dict(_shares(region, month, Dimension.HOUR).rows)
    if not found:
        return None
    rows = [(f"{hour}点", found[str(hour)]) for hour in range(24) if str(hour) in found]
    return bars("一天里的什么时候", rows, words=lambda n: f"{n:,}次", label_title="时间", value_title="次数")


def _plot(title: str, shares: Shares, names: Mapping[str, str]) -> BarPlot | None:
    """Draw shares with their percent; without any, nothing."""
    if not shares.total:
        return None
    rows = [(names.get(key, "其他"), times) for key, times in shares.rows[:10]]
    rest = sum(times for _, times in shares.rows[10:]) + (shares.others or 0)
    if rest:
        rows.append(("其余合计", rest))
    return bars(
        title, rows, words=lambda n: f"{n:,}次 {n / shares.total:.0%}", label_title="项目", value_title="次数和占比"
    )


def _top_share(shares: Shares) -> str:
    if len(shares.rows) < 4:
        return ""
    return f"{sum(times for _, times in shares.rows[:3]) / shares.total:.0%}"


def _item_names(region: Region) -> dict[str, str]:
    return {**PURPOSES, **{str(card.item_id): card.name for card in list_items(region.code, limit=_ITEMS)}}


def _agency_names() -> dict[str, str]:
    return {str(agency.id): agency.short_name for agency in list_agencies()}


def growth_words(grown: Growth) -> str:
    """Say how a count grew: ×110, 少了三成; warn when it starts from few, refuse below ten."""
    if grown.times is None:
        return "上个月的次数太少，不作比较"
    change = f"是上个月的 {grown.times:.1f} 倍" if grown.times >= 2 else f"比上个月{_percent(grown.times - 1)}"
    return f"{change}（上个月只有 {grown.before} 次，仅供参考）" if grown.is_from_few else change


def _percent(change: float) -> str:
    return "持平" if abs(change) < 0.005 else f"{'多' if change > 0 else '少'} {abs(change):.0%}"


def read_month(text: str, today: date) -> date:
    """Return the first day of a month written as 2026-11; without one, of this month.

    Raises:
        NotFound: it is no month, or one to come.
    """
    if not text:
        return today.replace(day=1)
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotFound("没有这个月份。") from None
    if month > today or month.year < 2000:
        raise NotFound("没有这个月份。")
    return month


def previous_month(month: date) -> date:
    """Return the first day of the month before."""
    return (month - timedelta(days=1)).replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return (month + timedelta(days=31)).replace(day=1)


@require_safe
@staff(ANALYST)
def desk_use(request: Request) -> HttpResponse:
    """Show an analyst their city lately: exact counts, each day, and the way from page to answer."""
    city = next(
        (grant.region_code for grant in request.actor.grants if grant.role == ANALYST and grant.region_code), ""
    )
    region = get_region(request.GET.get("city", "") or city or "430100")
    key = request.GET.get("span", "")
    key = key if key in _SPANS else "month"
    today = clock.local_date(clock.now())
    span, before = spans_of(key, region.code, today)
    actor = request.actor
    acts = _acts_for(actor, span)
    grown = growth(_acts_for(actor, before).total, acts.total)
    started = shares_for(actor=actor, span=span, dimension=Dimension.SERVICE, stage=UseStage.STARTED)
    finished = dict(shares_for(actor=actor, span=span, dimension=Dimension.SERVICE, stage=UseStage.FINISHED).rows)
    agencies = shares_for(actor=actor, span=span, dimension=Dimension.AGENCY, stage=UseStage.STARTED)
    opened = count_opened(region.code, since=span.since, until=span.until)
    names = _item_names(region)
    daily = daily_for(actor=actor, span=replace(span, until=today + timedelta(days=1)))
    context = {
        "queue": "indicators.use", "region": region, "span": key, "spans": _SPANS.items(), "total": acts.total,
        "grown": growth_words(grown).replace("上个月", "上一段同样长的时间"),
        "trend": line("每天", [(f"{day.month}月{day.day}日", times) for day, times in daily.items()],
                      words=lambda n: f"{n:,}"),
        "acts": _plot("办了什么", acts, ACTS),
        "agencies": _plot("由谁提供", agencies, _agency_names()),
        "channels": _plot("从哪里来", shares_for(
            actor=actor, span=span, dimension=Dimension.CHANNEL, stage=UseStage.STARTED), WAYS),
        "reach": find_reach(region, shares_for(
            actor=actor, span=span, dimension=Dimension.DISTRICT, stage=UseStage.STARTED)),
        "funnel": [[names.get(key, key), opened.get(int(key), 0) if key.isdigit() else "—", times, finished.get(key, 0),
                    f"{finished.get(key, 0) / times:.0%}"] for key, times in started.rows[:30]],
        "missed": count_missed(region.code, since=span.since, until=span.until),
    }  # fmt: skip
    response = render(request, "indicators/desk_use.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def spans_of(key: str, city_code: str, today: date) -> tuple[Span, Span]:
    """Return the span of a chip and what it is compared with: as many days, a week or as many months earlier.

    Whole months, the running one among them, so that they are read from the sums of months.
    """
    if key == "week":
        until = today + timedelta(days=1)
        since = until - timedelta(days=7)
        return Span(city_code, since, until), Span(city_code, since - timedelta(days=7), since)
    months = _MONTHS[key]
    since, until = months_before(today.replace(day=1), months - 1), next_month(today.replace(day=1))
    earlier = months_before(since, months)
    return Span(city_code, since, until), Span(city_code, earlier, earlier + (today - since) + timedelta(days=1))


def months_before(first: date, months: int) -> date:
    """Return the first day of the month so many months before that of ``first``."""
    at = first.year * 12 + first.month - 1 - months
    return date(at // 12, at % 12 + 1, 1)


def _acts_for(actor: Actor, span: Span) -> Shares:
    return shares_for(actor=actor, span=span, dimension=Dimension.ACT, stage=UseStage.STARTED)
