"""Shops and firms that anybody may look up in the business register (市场主体), sixty in each district."""

from collections.abc import Iterator
from typing import Any

from .companies import credit_code
from .draws import lots
from .regions import DISTRICTS

PER_DISTRICT = 60
SALT = 31
FRONTS = ("好又来", "湘里人家", "福满", "惠民", "星辰", "老街", "金桥", "橘洲", "麓山", "浏阳河")
TRADES = (
    ("超市", "零售"), ("饭店", "餐饮"), ("健身俱乐部", "健身"), ("美容美发店", "美容美发"), ("家电维修部", "维修"),
    ("教育咨询有限公司", "培训"), ("汽车服务有限公司", "汽车服务"), ("服装店", "零售"), ("药店", "药品零售"),
)  # fmt: skip


def businesses() -> Iterator[dict[str, Any]]:
    """Yield businesses in the order of their districts; the first of each district always operates."""
    for at, district in enumerate(DISTRICTS):
        for number in range(PER_DISTRICT):
            rng = lots("business", district.code, number)
            end, trade = TRADES[number % len(TRADES)] if number < len(TRADES) else rng.choice(TRADES)
            street = rng.choice(district.streets)
            kind = "91" if "公司" in end else "92"
            yield {
                "credit_code": credit_code(at * PER_DISTRICT + number, kind, SALT, "A"),
                "name": f"长沙{district.name}{rng.choice(FRONTS)}{number + 1}号{end}（演示）",
                "status": "operating" if number == 0 else rng.choice(("operating",) * 8 + ("abnormal", "deregistered")),
                "trade": trade,
                "address": f"湖南省长沙市{district.name}{street}{rng.randrange(1, 600)}号",
                "district": district.code,
                "lng": round(district.lng + rng.uniform(-0.03, 0.03), 6),
                "lat": round(district.lat + rng.uniform(-0.03, 0.03), 6),
            }
