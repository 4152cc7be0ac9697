"""Make the kernel's holidays.csv from the package chinesecalendar, a development requirement.

python -m tools.make_holidays

When a new list is out: raise the package, add the notice's number below and LAST_YEAR, run this, read the diff.
"""

import argparse
import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from chinese_calendar.constants import Holiday, holidays, workdays

OUTPUT = Path("src/shimin/kernel/calendar/data/holidays.csv")
COLUMNS = ("date", "kind", "name", "source")
FIRST_YEAR, LAST_YEAR = 2015, 2026

# 国务院办公厅关于…年部分节假日安排的通知, by the year they arrange.
_NOTICES = {
    2015: "国办发明电〔2014〕28号",
    2016: "国办发明电〔2015〕18号",
    2017: "国办发明电〔2016〕17号",
    2018: "国办发明电〔2017〕12号",
    2019: "国办发明电〔2018〕15号",
    2020: "国办发明电〔2019〕16号",
    2021: "国办发明电〔2020〕27号",
    2022: "国办发明电〔2021〕11号",
    2023: "国办发明电〔2022〕16号",
    2024: "国办发明电〔2023〕7号",
    2025: "国办发明电〔2024〕12号",
    2026: "国办发明电〔2025〕7号",
}
_NAMES = {
    Holiday.new_years_day: "元旦",
    Holiday.spring_festival: "春节",
    Holiday.tomb_sweeping_day: "清明节",
    Holiday.labour_day: "劳动节",
    Holiday.dragon_boat_festival: "端午节",
    Holiday.national_day: "国庆节",
    Holiday.mid_autumn_festival: "中秋节",
    Holiday.anti_fascist_70th_day: "抗战胜利70周年纪念日",
}


class Amendment(NamedTuple):
    """A notice that changed a year's list afterwards, and the days it settled."""

    first: date
    last: date
    source: str


_AMENDMENTS = (
    Amendment(date(2015, 9, 3), date(2015, 9, 6), "国发明电〔2015〕1号"),
    Amendment(date(2019, 4, 28), date(2019, 5, 5), "国办发明电〔2019〕3号"),
    Amendment(date(2020, 1, 31), date(2020, 2, 2), "国办发明电〔2020〕1号"),
)


def find_source(day: date, holiday: Holiday) -> str:
    """Return the number of the notice that settled the day; New Year's days in December belong to the next year's."""
    for amendment in _AMENDMENTS:
        if amendment.first <= day <= amendment.last:
            return amendment.source
    is_before_new_year = holiday is Holiday.new_years_day and day.month == 12
    return _NOTICES[day.year + is_before_new_year]


def list_days() -> Iterator[tuple[str, str, str, str]]:
    """Yield every day off and every make-up working day, by date."""
    kinds = {**dict.fromkeys(holidays, "rest"), **dict.fromkeys(workdays, "work")}
    for day in sorted(kinds):
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            holiday = Holiday(holidays.get(day) or workdays[day])
            yield day.isoformat(), kinds[day], _NAMES[holiday], find_source(day, holiday)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    with arguments.output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(list_days())


if __name__ == "__main__":
    main()
