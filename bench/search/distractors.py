"""Service items to hide the judged ones among: specialised permits, named as cities name theirs.

50,000 of them, the same on every run, all names different. None answers a judged request, though many share its words:
拖拉机驾驶证 stands beside 驾驶证. Half belong to 长沙, the others to cities elsewhere.
"""

import csv
from collections.abc import Iterator
from itertools import islice
from math import gcd
from pathlib import Path
from typing import NamedTuple, TypedDict

COUNT = 50_000
HOME = "430100"
ELSEWHERE = (
    "110100", "120100", "130100", "140100", "210100", "220100", "230100", "310100",
    "320100", "330100", "340100", "350100", "360100", "370100", "410100", "420100",
    "430200", "430300", "430400", "430600", "440100", "450100", "500100", "510100",
)  # fmt: skip

_PERMITS = Path(__file__).with_name("distractor_permits.csv")
# What is done with a permit, and the words a summary uses for it.
_ACTIONS = {
    "核发": "首次取得{}",
    "变更（企业名称）": "名称改变后更换{}上的名称",
    "变更（法定代表人）": "法定代表人改变后更新{}",
    "变更（注册地址）": "地址改变后更新{}",
    "变更（许可范围）": "扩大或缩小{}的范围",
    "延续": "在{}有效期届满前申请延长",
    "补发（遗失）": "{}遗失后申请补发",
    "补发（损毁）": "{}损毁后申请补发",
    "换发": "旧版{}换成新版",
    "注销": "不再从事该项活动，注销{}",
    "年度报告": "持有{}的单位报送年度情况",
    "信息更正": "更正{}记载的错误",
    "暂停与恢复": "暂停或恢复{}所许可的活动",
    "撤回申请": "撤回已经提交的{}申请",
}
_MODES = ("", "（告知承诺制）", "（市级权限）", "（县级权限）", "（省级委托）", "（自由贸易试验区）")


class Distractor(TypedDict):
    """One item as the search index takes it; region is the code of its city."""

    name: str
    summary: str
    keywords: list[str]
    region: str
    agency: str


class Kind(NamedTuple):
    """One kind of one permit: 危险化学品经营许可证（加油站）."""

    agency: str
    title: str
    words: tuple[str, ...]


def generate(count: int = COUNT) -> Iterator[Distractor]:
    """Yield count distractors, mixed so that any first part is as varied as the whole; there are about 54,000."""
    kinds = _read_kinds()
    total = len(kinds) * len(_ACTIONS) * len(_MODES)
    for turn, index in enumerate(islice(_mixed(total), count)):
        rest, mode = divmod(index, len(_MODES))
        kind, action = divmod(rest, len(_ACTIONS))
        yield _distractor(kinds[kind], tuple(_ACTIONS)[action], _MODES[mode], _region(turn))


def _distractor(kind: Kind, action: str, mode: str, region: str) -> Distractor:
    return Distractor(
        name=f"{kind.title}{action}{mode}",
        summary=f"{_ACTIONS[action].format(kind.title)}，由{kind.agency}受理，申请人为符合条件的企业、机构或从业人员。",
        keywords=[*kind.words, action.partition("（")[0]],
        region=region,
        agency=kind.agency,
    )


def _region(turn: int) -> str:
    # Five at home, five in one other city: in shorter turns the home city would get only some of the modes.
    block = turn // 5
    return HOME if block % 2 == 0 else ELSEWHERE[block // 2 % len(ELSEWHERE)]


def _read_kinds() -> list[Kind]:
    with _PERMITS.open(encoding="utf-8", newline="") as file:
        return [
            Kind(row["agency"], f"{row['permit']}（{kind}）", tuple(row["words"].split("|")))
            for row in csv.DictReader(file)
            for kind in row["kinds"].split("|")
        ]


def _mixed(total: int) -> Iterator[int]:
    """Yield 0 to total - 1, each once, in leaps of a golden section."""
    leap = int(total * 0.618)
    while gcd(leap, total) != 1:
        leap += 1
    return (turn * leap % total for turn in range(total))
