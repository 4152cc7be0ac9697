"""The supervisor's report as a signed paper for leaders: plots and tables by agency, category, district, week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import structlog
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from shimin.capabilities.catalogue.public import get_region
from shimin.capabilities.service_requests.public import SUPERVISOR
from shimin.capabilities.service_requests.supervision.public import Figures, Grouping
from shimin.capabilities.service_requests.supervision.web.pages import (
    GROUPINGS,
    Period,
    name_of,
    names_of,
    read_period,
    share,
    shown,
    title_of,
)
from shimin.kernel import clock
from shimin.kernel.actor import Actor
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import Unavailable
from shimin.kernel.rate import LocalBucket
from shimin.kernel.web.access import Request, staff
from shimin.ui.documents import FontMissing, Paper, sign_pdf

_HEADS = ("收到", "按时率", "超期", "黄/红牌", "退单", "重办", "响应率", "解决率", "满意率")
_WIDTHS = (20, 10, 12, 10, 15, 8, 8, 12, 12, 12)
_ROWS = 30
# A paper takes about a second of a processor.
_papers = LocalBucket(limit=20, per_seconds=60)
log = structlog.get_logger("shimin.service_requests")


@require_safe
@staff(SUPERVISOR, transaction=False)
def report_pdf(request: Request) -> HttpResponse:
    """Return the report of a period as a signed PDF.

    Raises:
        Unavailable: the machine has no font for it.
    """
    return paper_response(request, read_period(request), clock.now())


def paper_response(request: Request, period: Period, made_at: datetime) -> HttpResponse:
    """Return the paper of a period as a signed PDF; ``made_at`` is when its figures were counted.

    Raises:
        TooManyRequests: more papers in a minute than somebody reads.
        Unavailable: the machine has no font for it.
    """
    _papers.take(str(request.actor.account_id))
    try:
        paper = write_report(request.actor, period, made_at)
        data = sign_pdf(paper.to_pdf(), reason=title_of(period), now=clock.now())
    except FontMissing as error:
        log.error("service_requests.no_font", error=str(error))
        raise Unavailable("现在做不了文件，请先看网页。", retry_after_seconds=3600) from None
    response = HttpResponse(data, content_type="application/pdf")
    name = f"supervision-{period.starts}-{period.ends}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def write_report(actor: Actor, period: Period, now: datetime) -> Paper:
    """Write the paper of a period.

    Raises:
        Forbidden: the actor supervises no such city.
    """
    whole = period.figures(actor, None, now)
    paper = Paper(title_of(period), made_at=now)
    about = [
        ("城市", get_region(period.city_code).name), ("诉求提出", f"{period.starts} 至 {period.ends}"),
        ("制作", now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")),
    ]  # fmt: skip
    if period.agency_id is not None:
        about.append(
            ("部门", names_of(Grouping.AGENCY, period.city_code).get(str(period.agency_id), str(period.agency_id)))
        )
    if period.category:
        about.append(("类别", period.category))
    paper.pairs(about)
    if not whole:
        paper.line("这段时间没有诉求。")
        return paper
    for figure in shown(whole[0]):
        paper.line(f"{figure['label']} {figure['value']}（{figure['note']}）")
    for by in Grouping:
        _part(paper, by, names_of(by, period.city_code), period.figures(actor, by, now))
    paper.note(
        "按时率＝期限前办结 ÷ 办结。响应率、解决率＝回访到的人里，部门联系过的、问题解决的各占多少。"
        "满意率＝市民自己评价和回访评价里，基本满意以上的占多少。黄牌、红牌按工作日历亮灯，不含申诉后撤销的。撤回的、并案的、外地转来的不计。"
    )
    return paper


def _part(paper: Paper, by: Grouping, names: Mapping[str, str], rows: tuple[Figures, ...]) -> None:
    if not rows:
        return
    paper.bars(
        f"收到的诉求，按{GROUPINGS[by]}",
        [(name_of(names, row, by)[:9], float(row.filed), f"{row.filed:,} 件") for row in rows[:_ROWS]],
    )
    paper.table((GROUPINGS[by], *_HEADS), [_cells(names, row, by) for row in rows[:_ROWS]], _WIDTHS)
    if len(rows) > _ROWS:
        paper.note(f"只列出最多的 {_ROWS} 个，共 {len(rows)} 个。")


def _cells(names: Mapping[str, str], row: Figures, by: Grouping) -> list[str]:
    return [
        name_of(names, row, by), f"{row.filed:,}", share(row.in_time, row.ended), f"{row.late:,}",
        f"{row.yellow:,}/{row.red:,}", f"{row.returned:,}", f"{row.redone:,}", share(row.responded, row.reached),
        share(row.solved, row.reached), share(row.satisfied, row.rated),
    ]  # fmt: skip
