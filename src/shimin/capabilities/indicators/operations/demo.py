"""The demo's editions and polls: invented numbers, marked as such wherever they are shown."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

from shimin.capabilities.indicators.domain.polls import VOTERS, Electorate, PollState
from shimin.capabilities.indicators.index.methodology import FILE
from shimin.capabilities.indicators.index.table import read_table
from shimin.capabilities.indicators.models import Poll, PollCount
from shimin.capabilities.indicators.operations.publishing import Manuscript, publish_edition
from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM
from shimin.kernel.clock import CHINA
from shimin.kernel.db import scope

_FOLDER = Path(__file__).resolve().parents[1] / "data" / "demo"
_METHODOLOGY = Path(__file__).resolve().parents[5] / "methodologies" / "cisi-2015" / FILE
_PERIODS = {
    "2025-1": (date(2025, 1, 1), date(2025, 7, 1)),
    "2025-2": (date(2025, 7, 1), date(2026, 1, 1)),
    "2026-1": (date(2026, 1, 1), date(2026, 7, 1)),
}
_TRIALS = 100  # quick, for a demo that people wait for
_INTRO = "演示用的投票，选项和已有的票数都是虚构的。"
_WISHES = ("刷手机坐地铁公交", "看病直接刷医保", "查违章、交罚款", "申领社保、公积金", "借体育场馆、图书馆", "其他")
_PROJECTS = ("老旧小区加装电梯", "增加社区食堂", "多建停车位", "增加幼儿园学位", "公园夜间照明", "社区医院延长门诊时间")
_ANSWERS = {
    "wechat": (842, 655, 590, 401, 287, 96), "weibo": (203, 121, 110, 77, 68, 19), "web": (64, 51, 40, 22, 30, 8),
    "taobao": (2, 1, 0, 1, 0, 0),
}  # fmt: skip


def publish_demo_editions(now: datetime) -> int:
    """Publish every file of data/demo (LEVEL-PERIOD.csv) and return how many there are. Idempotent."""
    text = _METHODOLOGY.read_text(encoding="utf-8")
    files = sorted(_FOLDER.glob("*.csv"))
    for file in files:
        level, _, period = file.stem.partition("-")
        starts_on, ends_on = _PERIODS[period]
        manuscript = Manuscript(
            methodology=_METHODOLOGY.parent.name, text=text, table=read_table(file), level=level, starts_on=starts_on,
            ends_on=ends_on, source="演示用的虚构数据，不反映任何地区的实际情况", is_demo=True, trials=_TRIALS,
        )  # fmt: skip
        publish_edition(actor=SYSTEM, manuscript=manuscript, now=now)
    return len(files)


def provide_demo_polls(city_code: str, now: datetime) -> int:
    """Make one poll that is over and one that is open, marked as the demo's; return how many were made. Idempotent."""
    today = clock.local_date(now)
    over, running = (_poll_times(today, first, last) for first, last in ((-60, -30), (-3, 60)))
    with scope(SYSTEM):
        known = set(Poll.objects.filter(city_code=city_code, is_demo=True).values_list("title", flat=True))
        made = 0
        for title, options, most, (opens_at, closes_at) in (
            ("您还希望在手机上办什么？", _WISHES, 1, over), ("明年先办哪几件实事？", _PROJECTS, 3, running),
        ):  # fmt: skip
            if title in known:
                continue
            poll = Poll.objects.create(
                city_code=city_code, title=title, intro=_INTRO, options=list(options), most_choices=most,
                electorate=Electorate.ACCOUNT, opens_at=opens_at, closes_at=closes_at, state=PollState.PUBLISHED,
                weights={"wechat": 3, "weibo": 1} if most == 1 else {}, is_demo=True,
            )  # fmt: skip
            if most == 1:
                _invent_answers(poll)
            made += 1
    return made


def _invent_answers(poll: Poll) -> None:
    rows = [
        PollCount(poll=poll, city_code=poll.city_code, channel=channel, option=option, times=times)
        for channel, ticks in _ANSWERS.items()
        for option, times in ((VOTERS, sum(ticks)), *enumerate(ticks))
        if times
    ]
    PollCount.objects.bulk_create(rows)


def _poll_times(today: date, first: int, last: int) -> tuple[datetime, datetime]:
    opens, closes = (datetime.combine(today + timedelta(days=days), time.min, CHINA) for days in (first, last))
    return opens, closes
