"""Changsha's districts, and the places where its people were born.

The first six digits of a citizen number name the county as it was called at birth, so they can be a code that is
no longer in use. Source: GB/T 2260 and its yearly changes.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class District:
    """A district of Changsha; lng and lat are the rough middle of its built-up part (WGS-84)."""

    code: str
    name: str
    lng: float
    lat: float
    weight: int
    streets: tuple[str, ...]


DISTRICTS = (
    District("430102", "芙蓉区", 113.0325, 28.1855, 12, ("五一大道", "人民东路", "远大一路", "车站北路")),
    District("430103", "天心区", 112.9895, 28.1140, 12, ("芙蓉南路", "湘府西路", "书院南路", "劳动西路")),
    District("430104", "岳麓区", 112.9310, 28.2350, 18, ("潇湘中路", "岳麓大道", "枫林三路", "金星中路")),
    District("430105", "开福区", 112.9855, 28.2570, 12, ("芙蓉北路", "三一大道", "湘江北路", "福元西路")),
    District("430111", "雨花区", 113.0380, 28.1355, 16, ("韶山中路", "万家丽中路", "劳动东路", "时代阳光大道")),
    District("430112", "望城区", 112.8190, 28.3470, 8, ("雷锋大道", "金星北路", "郭亮中路", "望府路")),
    District("430121", "长沙县", 113.0810, 28.2460, 12, ("开元东路", "星沙大道", "东六路", "特立路")),
    District("430181", "浏阳市", 113.6430, 28.1640, 8, ("金沙中路", "浏阳大道", "劳动中路", "白沙东路")),
    District("430182", "宁乡市", 112.5520, 28.2780, 8, ("玉潭中路", "一环西路", "花明北路", "二环南路")),
)
DISTRICT_BY_CODE = {district.code: district for district in DISTRICTS}
DISTRICT_WEIGHTS = tuple(district.weight for district in DISTRICTS)

BORN_ELSEWHERE = ("430321", "433122", "433123", "433125", "433127", "433130")
"""Counties of Hunan whose codes have never changed."""

_CITY_PROPER = (("430120", date(1983, 1, 1)),)
FORMER_CODES: dict[str, tuple[tuple[str, date], ...]] = {
    "430102": _CITY_PROPER,
    "430103": _CITY_PROPER,
    "430104": _CITY_PROPER,
    "430105": _CITY_PROPER,
    "430111": _CITY_PROPER,
    "430112": (("430122", date(2011, 6, 20)),),
    "430181": (("432124", date(1983, 1, 1)), ("430123", date(1993, 2, 20))),
    "430182": (("432324", date(1983, 1, 1)), ("430124", date(2017, 4, 10))),
}
"""District → its earlier codes, each with the day on which it ended."""


def birth_code(district_code: str, birth_date: date) -> str:
    """Give the code that the district had on the day of birth."""
    former = FORMER_CODES.get(district_code, ())
    return next((code for code, ended_on in former if birth_date < ended_on), district_code)
