"""The demo city's taxis, to be checked by their plate."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from . import names
from .draws import lots
from .numbers import spread
from .timeline import AS_OF

COUNT = 2_000
COMPANIES = (
    "长沙示例蓝天出租汽车有限公司",
    "长沙示例万众出租汽车有限公司",
    "星城示例的士有限公司",
    "湘江示例出行服务有限公司",
)


def taxis() -> Iterator[dict[str, Any]]:
    """Yield the taxis: 湘AT0001 to 湘AT1000, then 湘AX0001 on; one in fifty has stopped or let its permit lapse."""
    for number in range(COUNT):
        rng = lots("taxi", number)
        status = "operating" if number == 0 or rng.random() < 0.98 else rng.choice(("suspended", "expired"))
        days_left = -rng.randrange(5, 200) if status == "expired" else rng.randrange(60, 1400)
        yield {
            "plate": f"湘A{'TX'[number // 1_000]}{number % 1_000 + 1:04d}",
            "company": rng.choice(COMPANIES),
            "operating_permit": f"湘交运管许可长字4301{number:06d}号",
            "valid_until": (AS_OF + timedelta(days=days_left)).isoformat(),
            "driver_permit": f"4301{spread(number, 9):08d}",
            "driver_name": names.surname(rng) + names.given_name(rng, female=rng.random() < 0.1),
            "status": status,
        }
