"""A guide in the words and order of its page: what the template shows, ready made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from shimin.capabilities.catalogue import codes
from shimin.capabilities.catalogue.domain import ItemGuide, StarLevel, materials_for, shared_materials
from shimin.capabilities.catalogue.public import Region, stars_of
from shimin.capabilities.catalogue.web.position import position_svg
from shimin.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Action:
    """The page's one button. ``note`` says what will be asked first; ``is_outside`` leads to another site."""

    label: str
    url: str
    note: str = ""
    is_outside: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a situation's question."""

    key: str
    name: str
    note: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """A question of the chooser."""

    key: str
    ask: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """A paper to bring (or not), in words."""

    name: str
    facts: str
    notes: tuple[str, ...]
    shared_by: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A counter, with where it lies."""

    about: Mapping[str, Any]
    map_url: str
    geo_url: str
    drawing: SafeString


@dataclass(frozen=True, slots=True)
class GuideView:
    """What item.html shows."""

    action: Action | None
    facts: tuple[tuple[str, str], ...]
    situations: tuple[Situation, ...]
    is_chosen: bool
    materials: tuple[Material, ...]
    shared: tuple[Material, ...]
    channels: tuple[tuple[str, Mapping[str, Any]], ...]
    places: tuple[Place, ...]
    codes: tuple[tuple[str, str], ...]
    stars: StarLevel


def guide_view(item: ItemGuide, region: Region, answers: Mapping[str, str], actor: Actor) -> GuideView:
    """Return the page's content for one visitor's answers."""
    doc = item.doc
    chosen = _chosen(doc, answers)
    return GuideView(
        action=_action(item, actor),
        facts=_facts(doc),
        situations=_situations(doc, chosen),
        is_chosen=len(chosen) == len(doc["situations"]),
        materials=tuple(_material(doc["materials"][key]) for key in materials_for(doc, chosen)),
        shared=tuple(_material(doc["materials"][key]) for key in shared_materials(doc)),
        channels=tuple((codes.CHANNELS[name], way) for name, way in doc["channels"].items()),
        places=tuple(_place(place, region) for place in doc["places"]),
        codes=_codes(doc),
        stars=stars_of(item),
    )


def _action(item: ItemGuide, actor: Actor) -> Action | None:
    """Return the one button: what works here, else the official site, else a call, else the counters."""
    if item.card.status != "running":
        return None
    if item.entries:
        entry = item.entries[0]
        return Action(entry.label, entry.url, _before(entry.level, actor))
    channels: Mapping[str, Any] = item.doc["channels"]
    for name, way in channels.items():
        if "url" in way:
            return Action(f"去{'官网' if name == 'web' else codes.CHANNELS[name]}办理", way["url"], "", is_outside=True)
    if "phone" in channels and set(channels) == {"phone"}:
        number = channels["phone"].get("phone", item.doc["hotlines"]["consult"])
        return Action(f"拨打 {number}", f"tel:{number.replace(' ', '')}")
    if "window" in channels:
        return Action("看去哪里办", "#places")
    return Action("看怎么办", "#channels")


def _before(level: int, actor: Actor) -> str:
    if actor.is_signed_in and actor.level >= level:
        return ""
    words = {
        1: "登录后就能用。",
        2: "要先登录并核实真实姓名。",
        3: "要先登录并做人脸或银行卡核验。",
        4: "要先登录，并到窗口核验过身份。",
    }
    return words.get(level, "")


def _facts(doc: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the first screen: for whom, how long, how much, how often one must come."""
    promised = doc["limits"]["promised"]
    fees = "；".join(f"{fee['name']} {fee['standard']}" for fee in doc["fees"]) or "不收费"
    count = doc["visits"]["count"]
    return (
        ("谁能办", codes.AUDIENCES[doc["audience"]]),
        ("要多久", promised["words"] if promised else "不限时"),
        ("多少钱", fees),
        ("跑几趟", "一次不用跑" if count == 0 else f"最多 {count} 次"),
    )


def _chosen(doc: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, str]:
    return {
        group: answers[group]
        for group, situation in doc["situations"].items()
        if answers.get(group) in situation["choices"]
    }


def _situations(doc: Mapping[str, Any], chosen: Mapping[str, str]) -> tuple[Situation, ...]:
    return tuple(
        Situation(
            group,
            about["ask"],
            tuple(
                Choice(key, choice["name"], choice.get("note", ""), chosen.get(group) == key)
                for key, choice in about["choices"].items()
            ),
        )
        for group, about in doc["situations"].items()
    )


def _material(about: Mapping[str, Any]) -> Material:
    facts = [codes.MATERIAL_KINDS[about["kind"]], codes.MATERIAL_FORMATS[about["format"]]]
    if about["copies"] > 1:
        facts.append(f"{about['copies']} 份")
    if about["need"] != "required":
        facts.append(codes.MATERIAL_NEEDS[about["need"]])
    source = about.get("source_note", codes.MATERIAL_SOURCES[about["source"]])
    notes = tuple(about[key] for key in ("accept", "note", "basis") if key in about)
    return Material(about["name"], " · ".join([*facts, source]), notes, about.get("shared_by", ""))


def _place(place: Mapping[str, Any], region: Region) -> Place:
    if "point" not in place:
        query = urlencode({"keyword": f"{region.short_name} {place['address']}"})
        return Place(place, f"https://uri.amap.com/search?{query}", "", SafeString(""))
    lng, lat = place["point"]
    # The marker address converts WGS-84 for the Chinese map by itself.
    query = urlencode({"position": f"{lng},{lat}", "name": place["name"], "coordinate": "wgs84", "callnative": "1"})
    return Place(
        place,
        f"https://uri.amap.com/marker?{query}",
        f"geo:{lat},{lng}",
        position_svg(region, lng, lat, place["name"]),
    )


def _codes(doc: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the item's ID card (实施清单) for those who need it."""
    legal = doc["limits"]["legal"]
    pairs = [
        ("事项类型", codes.ITEM_TYPES[doc["type"]][1]),
        ("办件类型", codes.CASE_KINDS[doc["case_kind"]]),
        ("实施主体", doc["agency"]["name"]),
        ("行使层级", codes.POWER_LEVELS[doc["power_level"]][1]),
        ("权力来源", codes.POWER_SOURCES[doc["power_source"]]),
        ("法定办结时限", legal["words"] if legal else "没有规定"),
        ("通办范围", codes.AREAS.get(doc.get("handled_across", ""), "")),
        ("网上办理深度", codes.ONLINE_DEPTHS[doc["online"]]),
        ("数量限制", doc.get("quota", "")),
        ("中介服务", doc.get("intermediary", "")),
        ("告知承诺", "可以用书面承诺代替证明" if doc["commitment"] else ""),
        ("联办机构", "、".join(doc["co_agencies"])),
        ("基本编码", doc["catalog_code"]),
        ("实施编码", doc["task_code"]),
    ]
    return tuple((name, value) for name, value in pairs if value)
