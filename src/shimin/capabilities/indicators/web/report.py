"""An edition as a report in PDF: what it is, stages and totals as plots, the ranking, how the numbers come about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from statistics import mean

import structlog
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from shimin.capabilities.indicators.public import Edition, Score, get_edition, list_scores
from shimin.capabilities.indicators.web.words import formulas, period_words, place_words, stage_range
from shimin.kernel import clock
from shimin.kernel.errors import Unavailable
from shimin.kernel.rate import LocalBucket
from shimin.kernel.web.access import Request, public
from shimin.ui.documents import FontMissing, Paper

# Per process and address: a report takes about a second of a processor, once for each edition.
_reports = LocalBucket(limit=20, per_seconds=60)
log = structlog.get_logger("shimin.indicators")


@require_safe
@public(transaction=False)
def report(request: Request, edition_id: int) -> HttpResponse:
    """Return the report of an edition.

    Raises:
        NotFound: there is none.
        Unavailable: the machine has no font for it.
    """
    _reports.take(str(request.META.get("REMOTE_ADDR", "")))
    edition = get_edition(edition_id)
    try:
        data = _report(edition_id, edition.superseded_at is not None)
    except FontMissing as error:
        log.error("indicators.no_font", error=str(error))
        raise Unavailable("现在做不了报告，请先下载 CSV。", retry_after_seconds=3600) from None
    response = HttpResponse(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="city-index-{edition_id}.pdf"'
    return response


@lru_cache(maxsize=8)
def _report(edition_id: int, is_superseded: bool) -> bytes:
    """Return the file; kept, because an edition changes only by being superseded."""
    return write_report(get_edition(edition_id), list_scores(edition_id)).to_pdf()


def write_report(edition: Edition, scores: Sequence[Score]) -> Paper:
    """Write the paper of an edition."""
    methodology, root = edition.methodology, edition.methodology.root
    totals = [score.values[root] for score in scores]
    place = place_words(edition)
    paper = Paper(f"{methodology.title}报告", made_at=edition.published_at)
    paper.pairs([
        ("范围", f"{place}，{len(scores)} 个地区"),
        ("时间", period_words(edition.starts_on, edition.ends_on)),
        ("公布", edition.published_at.astimezone(clock.CHINA).strftime("%Y-%m-%d")),
        ("数据来源", edition.source),
    ])  # fmt: skip
    if edition.is_demo:
        paper.line("演示数据：数字是虚构的，不反映任何地区的实际情况。")
    if edition.superseded_at is not None:
        paper.line("这一版已被更正后的版本取代。")
    paper.line(f"平均 {mean(totals):.1f} 分，{sum(total > mean(totals) for total in totals)} 个地区高于平均。")
    counts = Counter(score.stage for score in scores)
    paper.bars("各阶段的地区数", [
        (stage.name, counts[stage.name], f"{counts[stage.name]} 个") for stage in methodology.stages
    ])  # fmt: skip
    paper.bars(
        "总分", [(f"{score.rank} {score.region_name}", score.values[root], score.shown[root]) for score in scores]
    )
    columns = [key for key in methodology.indicators[root].parts if any(key in score.values for score in scores)]
    paper.table(
        ("名次", "地区", "阶段", "名次区间", *(methodology.indicators[key].title for key in columns), "总分"),
        [_row(score, columns, root) for score in scores],
        (10, 18, 12, 16, *(14 for _ in columns), 12),
    )
    paper.line("这些数是怎么算的")
    for title, parts, origin in formulas(methodology):
        paper.note(f"{title} ＝ {parts}（权重：{origin}）")
    ranges = "；".join(f"{stage.name} {stage_range(methodology, at)}" for at, stage in enumerate(methodology.stages))
    paper.note(f"阶段：{ranges}，按未四舍五入的总分。")
    paper.note(
        f"名次区间：把每个权重随机增减最多 {edition.spread:.0%}，重算 {edition.trials} 次，九成的结果落在区间里。"
        "区间重叠的两地，不要说谁比谁好。"
    )
    paper.note(f"方法：{methodology.source}")
    paper.note(f"输入数据的指纹（SHA-256）：{edition.inputs_hash}")
    address = f"{settings.SHIMIN.public_url}{reverse('indicators:ranking', args=[edition.edition_id])}"
    paper.code(address, f"最新的版本、地图和下载：{address}")
    return paper


def _row(score: Score, columns: Sequence[str], root: str) -> list[str]:
    interval = str(score.rank_low) if score.rank_low == score.rank_high else f"{score.rank_low}–{score.rank_high}"
    shown = [score.shown.get(key, "–") for key in columns]
    return [str(score.rank), score.region_name, score.stage, interval, *shown, score.shown[root]]
