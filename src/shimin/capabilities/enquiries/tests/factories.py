"""Items with look-ups, published for tests from the demo city's declarations; rows as departments give them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import yaml

from shimin.capabilities.catalogue.folder.checks import check_tree
from shimin.capabilities.catalogue.models import Region
from shimin.capabilities.catalogue.operations.publish import publish_services
from shimin.kernel.actor import SYSTEM

SERVICES = Path(__file__).resolve().parents[5] / "services"
CITY = "430100"
LOOKUPS = {path.parent.name: path for path in sorted(SERVICES.glob("*/*/*/lookup.yaml"))}
_PATTERN = SERVICES / CITY / "traffic-police"

VIOLATION = {
    "violation_id": "430104261106000000001", "plate": "湘A12345", "plate_type": "小型汽车号牌",
    "violated_at": "2026-11-06T08:14:00+08:00", "place": "岳麓区潇湘中路", "act_code": "1625",
    "act": "驾驶机动车违反道路交通信号灯通行", "fine_fen": 20_000, "points": 6, "status": "unhandled", "due_date": None,
    "payable_fen": 0, "camera_photo": True,
}  # fmt: skip
SCORE = {
    "candidate_number_masked": "2643******0001", "year": 2026, "track": "物理类", "total": 655, "chinese": 121,
    "mathematics": 138, "foreign_language": 133, "first_subject": "物理", "first_score": 91,
    "second_subject_1": "化学", "second_score_1": 88, "second_subject_2": "生物学", "second_score_2": 84,
    "province_rank": 1_234,
}  # fmt: skip
ACCOUNT = {
    "account_number_masked": "4301****0001", "employer": "湘江数智科技有限公司", "status": "normal",
    "balance_fen": 8_123_456, "monthly_deposit_fen": 240_000, "base_fen": 1_000_000, "personal_rate_percent": 12,
    "last_deposit_month": "2026-10", "opened_on": "2014-08-15",
}  # fmt: skip
TAXI = {
    "plate": "湘AT0001", "company": "长沙示例蓝天出租汽车有限公司", "operating_permit": "湘交运管许可长字4301000000号",
    "valid_until": "2027-08-01", "driver_permit_masked": "4301****", "driver_name_masked": "刘*国",
    "status": "operating",
}  # fmt: skip


def publish_lookups(folder: Path, slugs: Iterable[str], *, now: datetime, region: str = CITY) -> None:
    """Publish items that have the demo city's look-ups and a plain guide. Safe to repeat."""
    Region.objects.bulk_create(_regions(region), ignore_conflicts=True)
    for slug in slugs:
        _write_item(folder, region, slug)
    tree, findings = check_tree(folder)
    assert findings == [], "\n".join(map(str, findings))
    publish_services(actor=SYSTEM, tree=tree, folders=list(tree.items()), now=now)


def _regions(city: str) -> list[Region]:
    """Return the city and those above it."""
    levels = {"100000": "country", f"{city[:2]}0000": "province", city: "city"}
    codes = list(levels)
    return [
        Region(
            code=code, name=f"区划{code}", short_name=code, level=level, pinyin=code, initials=code,
            parent_code=codes[number - 1] if number else "",
        )
        for number, (code, level) in enumerate(levels.items())
    ]  # fmt: skip


def _write_item(folder: Path, region: str, slug: str) -> None:
    lookup_file = LOOKUPS[slug]
    lookup = yaml.safe_load(lookup_file.read_text("utf-8"))
    agency = folder / region / lookup_file.parent.parent.name
    item = agency / slug
    (item / "texts").mkdir(parents=True, exist_ok=True)
    shutil.copy(_PATTERN / "traffic-violations" / "texts" / "sample.md", item / "texts")
    shutil.copy(_PATTERN / "traffic-violations" / "examples.yaml", item)
    shutil.copy(lookup_file, item)
    _dump(folder / region / "city.yaml", {**_load(SERVICES / CITY / "city.yaml"), "region": region})
    systems = {lookup["system"]: {"title": "业务系统", "url": f"http://127.0.0.1:1/{lookup['system']}"}}
    _dump(agency / "agency.yaml", {**_load(_PATTERN / "agency.yaml"), "systems": systems})
    number = sorted(LOOKUPS).index(slug)
    service = _load(_PATTERN / "traffic-violations" / "service.yaml")
    service |= {
        "name": lookup["button"], "catalog_code": f"43201790{number:02d}00",
        "assurance_level": 0 if lookup["subject"] == "none" else 2,
    }  # fmt: skip
    _dump(item / "service.yaml", service)


def _load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return loaded


def _dump(path: Path, data: dict[str, Any]) -> None:
    path.write_bytes(orjson.dumps(data))  # JSON is YAML
