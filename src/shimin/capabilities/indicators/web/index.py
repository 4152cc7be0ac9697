"""The city service index: ranking with map and table, a region's profile, downloads."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from statistics import mean, median

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shimin.capabilities.indicators.public import (
    Edition,
    PastScore,
    Score,
    find_lifts,
    get_edition,
    list_editions,
    list_past_scores,
    list_scores,
)
from shimin.capabilities.indicators.web.maps import Mark, make_map
from shimin.capabilities.indicators.web.words import formulas, period_words, place_words, stage_range
from shimin.kernel.errors import NotFound
from shimin.kernel.web.access import Request, public
from shimin.ui.plots import bars, line


@require_safe
@public()
def index(request: Request) -> HttpResponse:
    """Show the newest edition, provinces first; without any, say what will be here."""
    editions = list_editions()
    if not editions:
        return render(request, "indicators/none.html")
    return _ranking(request, editions[0], editions)


@require_safe
@public()
def ranking(request: Request, edition_id: int) -> HttpResponse:
    """Show an edition.

    Raises:
        NotFound: there is none.
    """
    return _ranking(request, get_edition(edition_id), list_editions())


def _ranking(request: Request, edition: Edition, editions: Sequence[Edition]) -> HttpResponse:
    scores = list_scores(edition.edition_id)
    methodology = edition.methodology
    columns = [key for key in (methodology.root, *methodology.indicators[methodology.root].parts)
               if any(key in score.values for score in scores)]  # fmt: skip
    by, is_up = request.GET.get("by", ""), request.GET.get("up") == "1"
    totals = [score.values[methodology.root] for score in scores]
    context = {
        **_about(edition, editions),
        "map": _map(edition, scores),
        "rows": [(score, [score.shown.get(key, "–") for key in columns], _tone(edition, score)) for score in
                 _sorted(scores, by, columns, is_up)],
        "heads": [(key, methodology.indicators[key].title, by == key, _order_url(key, turn=by == key and not is_up))
                  for key in columns],
        "by_rank": by not in columns, "is_up": is_up,
        "stages": _stages(edition, scores),
        "mean": f"{mean(totals):.1f}", "above": sum(total > mean(totals) for total in totals), "size": len(scores),
    }  # fmt: skip
    return render(request, "indicators/ranking.html", context)


def _order_url(key: str, *, turn: bool) -> str:
    """Return the query that sorts by a column: from the best, or (``turn``) from the last."""
    return f"?by={key}&up=1" if turn else f"?by={key}"


def _about(edition: Edition, editions: Sequence[Edition]) -> dict[str, object]:
    """Return what every page of an edition shows: its place and period, the others to change to."""
    places: dict[tuple[str, str], Edition] = {}
    for each in editions:
        places.setdefault((each.level, each.parent_code), each)
    same = [each for each in editions
            if (each.level, each.parent_code) == (edition.level, edition.parent_code)]  # fmt: skip
    return {
        "edition": edition,
        "place": place_words(edition),
        "period": period_words(edition.starts_on, edition.ends_on),
        "places": [(place_words(each), each.edition_id, key == (edition.level, edition.parent_code))
                   for key, each in places.items()],
        "periods": [(period_words(each.starts_on, each.ends_on), each.edition_id,
                     each.edition_id == edition.edition_id) for each in same],
        "formulas": formulas(edition.methodology),
        "spread": f"{edition.spread:.0%}",
    }  # fmt: skip


def _stages(edition: Edition, scores: Sequence[Score]) -> list[tuple[int, str, str, int]]:
    counts = Counter(score.stage for score in scores)
    return [
        (at, stage.name, stage_range(edition.methodology, at), counts[stage.name])
        for at, stage in enumerate(edition.methodology.stages)
    ]


def _map(edition: Edition, scores: Sequence[Score]) -> object:
    root = edition.methodology.root
    return make_map(
        edition.level,
        edition.parent_code,
        {
            score.region_code: Mark(
                score.region_name, f"{score.region_name}：第{score.rank}名，{score.shown[root]}分，{score.stage}阶段",
                reverse("indicators:profile", args=[edition.edition_id, score.region_code]), _tone(edition, score),
            )
            for score in scores
        },
    )  # fmt: skip


def _tone(edition: Edition, score: Score) -> int:
    return next(at for at, stage in enumerate(edition.methodology.stages) if stage.name == score.stage)


def _sorted(scores: Sequence[Score], by: str, columns: Sequence[str], is_up: bool) -> list[Score]:
    if by not in columns:
        return list(scores)
    have = [score for score in scores if by in score.values]
    ordered = sorted(have, key=lambda score: (score.values[by] if is_up else -score.values[by], score.rank))
    return [*ordered, *(score for score in scores if by not in score.values)]


@require_safe
@public()
def profile(request: Request, edition_id: int, region_code: str) -> HttpResponse:
    """Show a region beside its peers, its way through the periods, and what would lift it a stage.

    Raises:
        NotFound: no such edition, or the region is not in it.
    """
    edition = get_edition(edition_id)
    scores = list_scores(edition_id)
    score = next((each for each in scores if each.region_code == region_code), None)
    if score is None:
        raise NotFound("这一期没有这个地区。")
    methodology = edition.methodology
    past = list_past_scores(edition, region_code)
    at = _tone(edition, score)
    following = methodology.stages[at + 1] if at + 1 < len(methodology.stages) else None
    context = {
        **_about(edition, list_editions()),
        "score": score, "size": len(scores), "total": score.shown[methodology.root], "tone": at,
        "parts": _beside_peers(edition, scores, score),
        "neighbours": bars(
            "前后几名", [(f"{each.rank} {each.region_name}", each.values[methodology.root])
                     for each in _around(scores, score)],
            words=lambda value: f"{value:.1f}", label_title="名次和地区", value_title="总分",
            attention=frozenset({f"{score.rank} {score.region_name}"}),
        ),
        "trend": line(
            "总分的变化", [(period_words(each.starts_on, each.ends_on), each.value) for each in past],
            words=lambda value: f"{value:.1f}", label_title="时间", value_title="总分",
        ) if len(past) > 1 else None,
        "moved": _moved(past),
        "following": following,
        "lifts": _lifts(edition, scores, score, following.name) if following else [],
    }  # fmt: skip
    return render(request, "indicators/profile.html", context)


def _beside_peers(edition: Edition, scores: Sequence[Score], score: Score) -> list[list[object]]:
    """Return for each indicator: title, own score, the middle and the best of all, rank."""
    rows: list[list[object]] = []
    for key in reversed(edition.methodology.order):
        if key in score.values:
            every = sorted((each.values[key] for each in scores if key in each.values), reverse=True)
            rows.append([
                edition.methodology.indicators[key].title, score.shown[key], f"{median(every):.1f}", f"{every[0]:.1f}",
                f"{every.index(score.values[key]) + 1}/{len(every)}",
            ])  # fmt: skip
    return rows


def _around(scores: Sequence[Score], score: Score) -> Sequence[Score]:
    first = max(0, min(score.rank - 4, len(scores) - 7))
    return scores[first : first + 7]


def _moved(past: Sequence[PastScore]) -> str:
    if len(past) < 2:
        return ""
    before, now = past[-2], past[-1]
    change = now.value - before.value
    places = before.rank - now.rank
    moved = "名次没有变" if places == 0 else f"名次{'上升' if places > 0 else '下降'}{abs(places)}位"
    return f"比上一期{'高' if change >= 0 else '低'}{abs(change):.1f}分，{moved}"


def _lifts(edition: Edition, scores: Sequence[Score], score: Score, stage: str) -> list[list[str]]:
    """Return for each input: title, now, what it would have to be, and how that compares with the best of all."""
    rows = []
    for lift in find_lifts(edition.edition_id, score.region_code, stage):
        best = max(each.values[lift.key] for each in scores if lift.key in each.values)
        needed = None if lift.needed is None else float(lift.needed)
        rows.append([
            edition.methodology.indicators[lift.key].title, f"{float(lift.now):.1f}",
            "单靠这一项达不到" if needed is None else f"{needed:.1f}",
            "" if needed is None else "已有地区做到" if needed <= best else f"目前最好的地区是 {best:.1f}",
        ])  # fmt: skip
    return rows


@require_safe
@public()
def download_csv(request: Request, edition_id: int) -> HttpResponse:
    """Return an edition as CSV, unrounded scores beside the printed total."""
    edition = get_edition(edition_id)
    scores = list_scores(edition_id)
    keys = [key for key in edition.methodology.order if any(key in score.values for score in scores)]
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="city-index-{edition_id}.csv"'
    response.write("\ufeff")  # or spreadsheets take it for GBK
    writer = csv.writer(response, lineterminator="\r\n")
    writer.writerow(["code", "region", "rank", "rank_low", "rank_high", "stage", "shown", *keys])
    root = edition.methodology.root
    for score in scores:
        writer.writerow([
            score.region_code, score.region_name, score.rank, score.rank_low, score.rank_high, score.stage,
            score.shown[root], *(score.values.get(key, "") for key in keys),
        ])  # fmt: skip
    return response
