"""Car parks on record (备案停车场), forty in each district."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from .draws import lots
from .regions import DISTRICTS
from .timeline import AS_OF

PER_DISTRICT = 40
KINDS = (
    "广场地下停车场",
    "公共停车楼",
    "路侧停车区",
    "市民中心停车场",
    "农贸市场停车场",
    "地铁站换乘停车场",
    "医院停车场",
)
TARIFFS = (
    "首小时5元，之后每小时2元，24小时封顶30元",
    "15分钟内免费，首小时6元，之后每小时3元，24小时封顶40元",
    "白天（8:00–20:00）每小时4元，夜间每次5元",
    "30分钟内免费，每次5元",
)


def car_parks() -> Iterator[dict[str, Any]]:
    """Yield car parks in the order of their numbers."""
    for district in DISTRICTS:
        for number in range(PER_DISTRICT):
            rng = lots("park", district.code, number)
            street = rng.choice(district.streets)
            spaces = rng.randrange(30, 900, 5)
            kind = rng.choice(KINDS)
            yield {
                "lot_number": f"{district.code}P{number + 1:04d}",
                "name": f"{street}{number + 1}号{kind}",
                "address": f"湖南省长沙市{district.name}{street}{rng.randrange(1, 600)}号",
                "district": district.code,
                "spaces": spaces,
                "free_spaces": None if kind == "路侧停车区" else int(spaces * rng.random() ** 2),
                "tariff": rng.choice(TARIFFS),
                "lng": round(district.lng + rng.uniform(-0.03, 0.03), 6),
                "lat": round(district.lat + rng.uniform(-0.03, 0.03), 6),
                "operator": f"长沙示例{rng.choice(('城市停车', '静态交通', '物业', '商业'))}管理有限公司",
                "record_valid_until": (AS_OF + timedelta(days=rng.randrange(30, 1000))).isoformat(),
            }
