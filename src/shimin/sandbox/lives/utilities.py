"""Utility accounts of the demo city's homes, and what they used: water, power, gas, heat, phone, TV, property.

Tariffs are invented and prove nothing.
"""

from datetime import date, timedelta
from typing import Any, NamedTuple

from .cast import CAST_SIZE, LIU_GUIYING, ZHOU_XIAOMIN
from .draws import lots
from .numbers import luhn_digit
from .person import Person
from .regions import DISTRICT_BY_CODE
from .timeline import AS_OF, LAST_BOOKED_MONTH, month_text

MONTHS_KEPT = 13
DAYS_KEPT = 30
OLDEST = 18


class Utility(NamedTuple):
    """One biller: the first digit of its account numbers, what a month uses at least and at most, its tariff."""

    digit: int
    code: str
    title: str
    unit: str
    least: int
    most: int
    fen_per_unit: int
    fixed_fen: int
    winter_only: bool = False


UTILITIES = (
    Utility(1, "water", "长沙示例供水公司", "吨", 8, 18, 276, 0),
    Utility(2, "electricity", "长沙示例供电公司", "度", 120, 320, 59, 0),
    Utility(3, "gas", "长沙示例燃气公司", "立方米", 10, 32, 296, 0),
    Utility(4, "heat", "长沙示例热力公司", "平方米", 70, 130, 420, 0, winter_only=True),
    Utility(5, "phone", "长沙示例通信公司", "项", 1, 1, 0, 5_900),
    Utility(6, "tv", "长沙示例广播电视公司", "项", 1, 1, 0, 2_600),
    Utility(7, "property", "长沙示例物业服务公司", "平方米", 80, 130, 180, 0),
)
UTILITY_BY_CODE = {utility.code: utility for utility in UTILITIES}
UTILITY_BY_DIGIT = {str(utility.digit): utility for utility in UTILITIES}


def draw_home(person: Person) -> dict[str, Any] | None:
    """Give the home that a person keeps in their name; None for those who live in another's."""
    if person.is_rush_candidate or person.status != "normal" or person.age_on(AS_OF) < OLDEST:
        return None
    keeps_one = person.serial in (ZHOU_XIAOMIN, LIU_GUIYING) or (
        person.serial >= CAST_SIZE and person.serial % 4 in (0, 3)
    )
    if not keeps_one:
        return None
    district = DISTRICT_BY_CODE[person.region]
    street = district.streets[person.serial % len(district.streets)]
    serial = person.serial
    flat = f"{serial % 380 + 1}号{serial % 12 + 1}栋{serial % 28 + 101}室"
    return {
        "address": f"{district.name}{street}{flat}",
        "accounts": [account_number(utility, person.serial) for utility in UTILITIES],
    }


def account_number(utility: Utility, serial: int) -> str:
    """Give an account number: the biller's digit, the serial, and a Luhn check digit."""
    stem = f"{utility.digit}{serial:08d}"
    return stem + luhn_digit(stem)


def serial_of(number: str) -> int:
    """Give the serial of the home that an account number names."""
    return int(number[1:9])


def monthly_bills(utility: Utility, serial: int) -> list[dict[str, Any]]:
    """Give the bills of the last months, newest first; the last one or two were not paid when the books closed."""
    rows = []
    unpaid_months = 2 if (serial + utility.digit) % 5 == 2 else 1
    for age in range(MONTHS_KEPT):
        month = month_text(LAST_BOOKED_MONTH - age)
        if utility.winter_only and month[5:] not in ("11", "12", "01", "02", "03"):
            continue
        used = lots(f"use-{utility.code}-{month}", serial).randint(utility.least, utility.most)
        rows.append(
            {
                "month": month,
                "used": used,
                "amount_fen": used * utility.fen_per_unit + utility.fixed_fen,
                "due_date": _last_day_after(month).isoformat(),
                "is_paid": age >= unpaid_months,
            }
        )
    return rows


def daily_use(serial: int) -> list[dict[str, Any]]:
    """Give the power used on each of the last days, oldest first, in units with one decimal."""
    days = [AS_OF - timedelta(days=back) for back in range(DAYS_KEPT, 0, -1)]
    return [
        {"day": day.isoformat(), "used": round(lots(f"use-day-{day}", serial).randint(28, 131) / 10, 1)} for day in days
    ]


def _last_day_after(month: str) -> date:
    """Give the last day of the month after a month: the day until which its bill is to be paid."""
    number = int(month[:4]) * 12 + int(month[5:]) - 1 + 2
    return date(number // 12, number % 12 + 1, 1) - timedelta(days=1)
