"""Companies of the demo city and their legal persons (法定代表人)."""

from datetime import timedelta
from random import Random
from typing import Any

from .numbers import spread
from .person import Person
from .timeline import AS_OF

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
TRADES = ("餐饮管理", "商贸", "文化传播", "信息科技", "物流", "农业发展", "建材", "服饰")
SHARE = 0.06
ADULT = 18


def draw_companies(person: Person, rng: Random) -> list[dict[str, Any]] | None:
    """Draw the companies a person is the legal person of; the first of the cast always has one."""
    if person.is_rush_candidate or person.age_on(AS_OF) < ADULT:
        return None
    if person.serial != 0 and rng.random() >= SHARE:
        return None
    status = "operating" if person.serial == 0 or rng.random() < 0.9 else "deregistered"
    return [
        {
            "credit_code": credit_code(person.serial),
            "name": f"长沙{person.name[0]}记{rng.choice(TRADES)}有限公司（演示）",
            "status": status,
            "founded_on": (AS_OF - timedelta(days=rng.randrange(200, 4000))).isoformat(),
        }
    ]


def credit_code(serial: int, kind: str = "91", salt: int = 9, end: str = "M") -> str:
    """Give a unified social credit code that is valid in form: 91 a company, 92 a one-man business. GB 32100-2015."""
    stem = f"{kind}{430100}{spread(serial, salt):08d}{end}"
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(stem, WEIGHTS, strict=True))
    return stem + ALPHABET[(31 - total % 31) % 31]
