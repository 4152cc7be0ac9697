"""Working lives: who employed a person, from when to when, and on what contribution base.

Only spells are stored; the monthly rows of social insurance and housing fund are worked out from them on demand.
"""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from .cast import CANCELLED, CHEN_ZHIYUAN, HUSBAND, LIU_GUIYING, ZHOU_XIAOMIN
from .person import Person, Sex
from .schooling import exam_year
from .timeline import LAST_BOOKED_MONTH, month_number, month_of, month_text

FIRST_INSURED_MONTH = month_number("1996-01")
RETIREMENT_AGE = {Sex.FEMALE: 55, Sex.MALE: 60}
"""Ages before the gradual rise that began in 2025; the demo city keeps them."""

EMPLOYERS = (
    "湘江数智科技有限公司",
    "岳麓精工机械有限公司",
    "橘洲文旅发展有限公司",
    "星城商业管理有限公司",
    "浏阳河食品有限公司",
    "洞庭冷链物流有限公司",
    "麓谷软件服务有限公司",
    "沩水建设工程有限公司",
    "捞刀河医疗器械有限公司",
    "天心广告传媒有限公司",
    "长沙市示例第一中学",
    "长沙市示例中心医院",
    "湘府物业服务有限公司",
    "云麓新材料有限公司",
    "白沙工程咨询有限公司",
    "星沙汽车零部件有限公司",
)
"""Invented employers."""


@dataclass(frozen=True, slots=True)
class Spell:
    """Employment from from_month to to_month, both included; open at the end while to_month is None.

    base_fen is the contribution base of the first year; arrears are months the employer still owes.
    """

    employer: str
    from_month: int
    to_month: int | None
    base_fen: int
    arrears: tuple[int, ...] = ()

    @property
    def last_month(self) -> int:
        """The last month that is on the books."""
        return LAST_BOOKED_MONTH if self.to_month is None else self.to_month

    def base_in(self, year: int) -> int:
        """Give the contribution base of a year: 5 % more each year, within that year's limits, in whole yuan."""
        grown = self.base_fen * 1.05 ** (year - self.from_month // 12)
        floor = 100_000 + 16_500 * max(year - 2006, 0)
        return min(max(round(grown / 100) * 100, floor), floor * 5)

    def as_row(self) -> dict[str, Any]:
        """Give the form that departments store."""
        return {
            "employer": self.employer,
            "from": month_text(self.from_month),
            "to": None if self.to_month is None else month_text(self.to_month),
            "base_fen": self.base_fen,
            "arrears": [month_text(month) for month in self.arrears],
        }

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> "Spell":
        """Read the stored form."""
        return cls(
            employer=row["employer"],
            from_month=month_number(row["from"]),
            to_month=None if row["to"] is None else month_number(row["to"]),
            base_fen=row["base_fen"],
            arrears=tuple(month_number(month) for month in row["arrears"]),
        )


Career = tuple[Spell, ...]


def retires_on(person: Person) -> date:
    """Give the day on which the person reaches retirement age."""
    return person.birthday(RETIREMENT_AGE[person.sex])


def draw_career(person: Person, rng: Random) -> Career:
    """Draw the spells of a working life; they never overlap and end with retirement or the person's last day."""
    if person.serial in _SCRIPTS:
        return _SCRIPTS[person.serial]
    if person.is_rush_candidate or rng.random() < 0.12:
        return ()
    left_school = month_number(f"{exam_year(person.birth_date)}-07")
    month = max(left_school + 12 * rng.choice((0, 1, 3, 4, 4, 5, 7)), FIRST_INSURED_MONTH)
    end = min(month_of(retires_on(person)) - 1, month_of(person.last_day) - 1, LAST_BOOKED_MONTH)
    base_fen = rng.randrange(320_000, 950_000, 10_000)
    spells: list[Spell] = []
    while month <= end and len(spells) < 6:
        length = rng.randrange(10, 120)
        last = month + length
        to_month = None if last >= LAST_BOOKED_MONTH <= end else min(last, end)
        until = min(last, end)
        arrears = tuple(range(until - 1, until + 1)) if length > 12 and rng.random() < 0.03 else ()
        spells.append(Spell(rng.choice(EMPLOYERS), month, to_month, base_fen, arrears))
        if rng.random() < 0.05:
            break
        base_fen = round(base_fen * 1.05 ** (length // 12) * rng.uniform(0.95, 1.25) / 10_000) * 10_000
        month = last + 1 + rng.choice((0, 0, 0, 1, 2, 5))
    return tuple(spells)


_SCRIPTS: dict[int, Career] = {
    ZHOU_XIAOMIN: (
        Spell("橘洲文旅发展有限公司", month_number("2014-07"), month_number("2019-02"), 520_000),
        Spell("湘江数智科技有限公司", month_number("2019-03"), None, 980_000),
    ),
    CHEN_ZHIYUAN: (),
    HUSBAND: (Spell("岳麓精工机械有限公司", month_number("2011-07"), None, 450_000),),
    LIU_GUIYING: (Spell("白沙工程咨询有限公司", FIRST_INSURED_MONTH, month_number("2006-09"), 90_000),),
    CANCELLED: (Spell("麓谷软件服务有限公司", month_number("2016-07"), month_number("2025-04"), 600_000),),
}
