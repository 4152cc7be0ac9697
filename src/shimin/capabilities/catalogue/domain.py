"""Pure rules of the catalogue: limits, codes, status on a day, which materials a situation asks for, star level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shimin.capabilities.catalogue import codes
from shimin.capabilities.catalogue.blocks import Entry, Evidence


@dataclass(frozen=True, slots=True)
class Limit:
    """A deadline as the law writes it. ``amount`` 0 means at once; ``unit`` is working_day, calendar_day or hour."""

    amount: int
    unit: str

    @property
    def words(self) -> str:
        return "当场办结" if self.amount == 0 else f"{self.amount} {codes.UNITS[self.unit]}"


def parse_limit(text: str) -> Limit | None:
    """Return a limit from an author's words ("20 working days", "immediate"); None for "none"."""
    if text == "none":
        return None
    if text == "immediate":
        return Limit(0, "hour")
    amount, _, unit = text.partition(" ")
    return Limit(int(amount), unit.removesuffix("s").replace(" ", "_"))


def task_code_of(uscc: str, power_level: str, catalog_code: str) -> str:
    """Return the 实施编码: USCC (18) + 行使层级 (1) + 基本编码 (12)."""
    return f"{uscc}{codes.POWER_LEVELS[power_level][0]}{catalog_code}"


@dataclass(frozen=True, slots=True)
class Status:
    """What an item's status means on a day. ``state`` is running, paused, seasonal (resting) or closed."""

    state: str = "running"
    words: str = ""
    instead: str = ""

    @property
    def is_open(self) -> bool:
        return self.state == "running"


RUNNING = Status()


def status_on(declared: Any, day: date) -> Status:
    """Return what the declared status (a word, or the mapping of service.yaml) means on ``day``.

    A pause counts from its first day until the day before ``until``; a season is open on [from, until) each year.
    """
    if not isinstance(declared, Mapping):
        return RUNNING
    stopped = Status(declared["state"], declared["words"], declared.get("instead", ""))
    if declared["state"] == "seasonal":
        return RUNNING if _in_season(declared["season"], f"{day:%m-%d}") else stopped
    today = day.isoformat()
    begun = declared.get("from", "") <= today
    over = "until" in declared and declared["until"] <= today
    return stopped if begun and not over else RUNNING


def _in_season(season: Mapping[str, str], month_day: str) -> bool:
    if season["from"] <= season["until"]:
        return season["from"] <= month_day < season["until"]
    return month_day >= season["from"] or month_day < season["until"]  # over New Year


def materials_for(doc: Mapping[str, Any], chosen: Mapping[str, str]) -> list[str]:
    """Return the keys of the materials a person in this situation is asked for, in the order of the folder.

    A material that no choice names is needed always; one that choices name, when one of them is taken.
    What the agency gets by data sharing is not asked.
    """
    named: set[str] = set()
    taken: set[str] = set()
    for group, situation in doc.get("situations", {}).items():
        for choice, about in situation["choices"].items():
            named.update(about.get("materials", []))
            if chosen.get(group) == choice:
                taken.update(about.get("materials", []))
    materials: Mapping[str, Any] = doc.get("materials", {})
    return [key for key, about in materials.items() if "shared_by" not in about and (key not in named or key in taken)]


def shared_materials(doc: Mapping[str, Any]) -> list[str]:
    """Return the keys of the materials the agency gets by data sharing: shown as not to be brought."""
    return [key for key, about in doc.get("materials", {}).items() if "shared_by" in about]


@dataclass(frozen=True, slots=True)
class ItemCard:
    """An item in a list."""

    item_id: int
    region_code: str
    agency_slug: str
    slug: str
    name: str
    summary: str
    agency_name: str
    icon: str
    tab: str
    level: int
    stars: int
    status: str
    audience: str
    status_words: str = ""
    instead: str = ""
    class_: str = ""
    online: str = "guide"
    demo: bool = False
    agency_id: int = 0

    @property
    def tab_name(self) -> str:
        return codes.TABS[self.tab]


@dataclass(frozen=True, slots=True)
class ItemGuide:
    """Everything about one version of an item. ``doc`` is the published service.yaml in one language."""

    card: ItemCard
    version_id: int
    version_number: int
    doc: Mapping[str, Any]
    entries: tuple[Entry, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class StarLevel:
    """How far an item is online, with what each star stands for and whether it is earned."""

    stars: int
    reasons: tuple[tuple[bool, str], ...]


def star_level(doc: Mapping[str, Any], evidence: Evidence) -> StarLevel:
    """Return the star level: each star needs the ones below it, and only what is live counts.

    Source: the 3–5 star scale of 浙江政务服务网 (3 unified login, filing and look-up; 4 trust first, check at the
    end; 5 fully online, zero visits); 1 and 2 grade the guide itself.
    """
    complete = all(doc.get(key) for key in ("places", "faq", "steps", "remedies")) and _has_point(doc)
    reasons = (
        (True, "指南已公布：条件、材料、时限、收费、依据齐全"),
        (complete, "指南详尽：有流程、常见问题、救济途径和地图位置"),
        (
            evidence.unified_login and evidence.online_filing and evidence.online_lookup,
            "一个账号登录，网上提出，网上查结果",
        ),
        (evidence.trust_first, "先信任后核验：能共享的不用交，先办后查"),
        (evidence.zero_visits, "全程网上办，一次都不用跑"),
    )
    stars = 0
    for earned, _ in reasons:
        if not earned:
            break
        stars += 1
    return StarLevel(stars, reasons)


def _has_point(doc: Mapping[str, Any]) -> bool:
    return any("point" in place for place in doc.get("places", []))
