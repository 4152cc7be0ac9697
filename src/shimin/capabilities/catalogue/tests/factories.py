"""Small service trees on disk, and published ones, for tests."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from shimin.capabilities.catalogue.folder.checks import check_tree
from shimin.capabilities.catalogue.models import Region
from shimin.capabilities.catalogue.operations.publish import Published, publish_services
from shimin.kernel.actor import SYSTEM

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
CITY, OTHER_CITY, COUNTRY = "430100", "430200", "100000"
USCC = "11430100006000001G"

REGIONS = (
    ("100000", "中华人民共和国", "全国", "country", "", "quanguo", "qg", None, None),
    ("430000", "湖南省", "湖南", "province", "100000", "hunan", "hn", 111.7, 27.6),
    ("430100", "长沙市", "长沙", "city", "430000", "changsha", "cs", 112.94, 28.23),
    ("430104", "岳麓区", "岳麓", "county", "430100", "yuelu", "yl", 112.87, 28.19),
    ("430105", "开福区", "开福", "county", "430100", "kaifu", "kf", 112.99, 28.30),
    ("430200", "株洲市", "株洲", "city", "430000", "zhuzhou", "zz", 113.13, 27.83),
    ("410000", "河南省", "河南", "province", "100000", "henan", "hn", 113.6, 33.9),
    ("419001", "济源市", "济源", "county", "410000", "jiyuan", "jy", 112.39, 35.10),
)

AGENCY: dict[str, Any] = {
    "name": "长沙市示范局", "short_name": "示范局", "uscc": USCC, "demo": True, "nature": "statutory",
    "hotlines": {"consult": "12345", "complain": "12388"},
    "places": [{"name": "示范大厅", "address": "示范路 1 号", "hours": "工作日", "point": [112.94, 28.23]}],
    "remedies": {"review": {"name": "市政府"}, "litigation": {"name": "法院"}},
}  # fmt: skip

SERVICE: dict[str, Any] = {
    "name": "居民身份证遗失补领", "summary": "身份证丢了，补一张新的。", "you_get": "一张新的居民身份证。",
    "class": "police", "tab": "government", "icon": "id-card", "keywords": ["丢身份证", "补办身份证"],
    "audience": "natural", "themes": {"natural": ["090"]}, "assurance_level": 2, "type": "public-service",
    "catalog_code": "432000001000", "power_level": "city", "case_kind": "promised", "online": "guide",
    "basis": [{"law": "中华人民共和国居民身份证法"}], "conditions": ["身份证丢失的公民"],
    "limits": {"legal": "60 calendar days", "promised": "20 working days"},
    "visits": {"count": 1, "reason": "要采集照片和指纹"}, "channels": {"window": "到派出所办理"},
    "fees": [{"name": "工本费", "standard": "每证 40 元", "basis": "示范文件", "amount_fen": 4000}],
    "materials": {
        "household": {"name": "户口簿", "kind": "original", "format": "paper", "source": "government"},
        "proof": {"name": "委托书", "kind": "original", "format": "paper", "source": "applicant"},
        "photo": {"name": "照片", "kind": "original", "format": "either", "source": "applicant", "shared_by": "人像库"},
    },
    "situations": {
        "who": {
            "ask": "谁来办？",
            "choices": {"self": {"name": "本人"}, "guardian": {"name": "监护人", "materials": ["proof"]}},
        }
    },
    "steps": [{"stage": "apply", "name": "申请"}, {"stage": "finish", "name": "办结"}],
    "result": {"type": "licence", "name": "居民身份证", "sample": "一张卡片", "delivery": ["pick-up"]},
    "faq": [{"q": "要多久？", "a": "20 个工作日。"}],
}  # fmt: skip

EXAMPLES = [
    {"name": "本人", "situation": {"who": "self"}, "materials": ["household"]},
    {"name": "监护人", "situation": {"who": "guardian"}, "materials": ["household", "proof"]},
]


def service(**changes: Any) -> dict[str, Any]:
    """Return a complete service.yaml; a change of None removes the key."""
    data = copy.deepcopy(SERVICE)
    data.update(changes)
    return {key: value for key, value in data.items() if value is not None}


def write_item(
    root: Path,
    address: str = f"{CITY}/bureau/id-card-replacement",
    data: Mapping[str, Any] | None = None,
    *,
    examples: Any = EXAMPLES,
    city: Mapping[str, Any] | None = None,
    agency: Mapping[str, Any] | None = None,
) -> Path:
    """Write a folder (and its city.yaml and agency.yaml) below ``root`` and return it."""
    region, agency_slug, _ = address.split("/")
    folder = root / address
    folder.mkdir(parents=True, exist_ok=True)
    _write(root / region / "city.yaml", city or {"region": region, "languages": ["zh"], "hotline": "12345"})
    _write(root / region / agency_slug / "agency.yaml", agency or AGENCY)
    _write(folder / "service.yaml", data if data is not None else service())
    if examples is not None:
        _write(folder / "examples.yaml", examples)
    return folder


def load_regions() -> None:
    """Put a handful of regions into the database."""
    columns = ("code", "name", "short_name", "level", "parent_code", "pinyin", "initials", "lng", "lat")
    Region.objects.bulk_create(
        [Region(**dict(zip(columns, row, strict=True))) for row in REGIONS], ignore_conflicts=True
    )


def publish(root: Path, *, now: datetime = NOW, effective_from: datetime | None = None) -> list[Published]:
    """Check and publish everything below ``root``."""
    tree, findings = check_tree(root)
    assert findings == []
    return publish_services(actor=SYSTEM, tree=tree, folders=tree.items(), effective_from=effective_from, now=now)


def _write(path: Path, data: Any) -> None:
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
