"""The consistency rules of the 实施清单 that a schema cannot say. Each rule yields its findings for one item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shimin.capabilities.catalogue import codes
from shimin.capabilities.catalogue.blocks import registered_blocks
from shimin.capabilities.catalogue.domain import Limit, parse_limit, task_code_of
from shimin.capabilities.catalogue.folder.findings import Finding
from shimin.capabilities.catalogue.folder.loader import Place, Source
from shimin.capabilities.catalogue.folder.texts import chinese
from shimin.capabilities.catalogue.folder.tree import AgencyFolder, ServiceFolder

SUMMARY_CHARACTERS = 80
PERMIT_STAGES = ("accept", "review", "approve", "finish", "deliver")

Rule = Callable[[ServiceFolder, AgencyFolder], Iterator[Finding]]


UNFILLED = "【"
"""``services new`` marks with 【…】 what an author still has to write."""


def check_rules(folder: ServiceFolder, agency: AgencyFolder) -> Iterator[Finding]:
    """Yield every breach of every rule. The file has passed its schema."""
    for rule in _RULES:
        yield from rule(folder, agency)


def _summary(folder: ServiceFolder, agency: AgencyFolder) -> Iterator[Finding]:
    length = len(chinese(folder.data["summary"]))
    if length > SUMMARY_CHARACTERS:
        yield folder.fault(("summary",), f"summary has {length} characters", f"use at most {SUMMARY_CHARACTERS}.")


def check_filled_in(source: Source) -> Iterator[Finding]:
    """Yield every place that still carries the mark of ``services new``."""
    for place, text in _strings(source.data):
        if UNFILLED in text:
            yield source.finding(place, "this is still to be filled in", f"write it instead of {text!r}.")


def _strings(data: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, dict):
        for key, child in data.items():
            yield from _strings(child, (*place, key))
    elif isinstance(data, list):
        for at, child in enumerate(data):
            yield from _strings(child, (*place, at))


def _limits(folder: ServiceFolder, agency: AgencyFolder) -> Iterator[Finding]:
    """即办 ⇔ 即办件; the promise is not longer than the law's limit."""
    data = folder.data
    legal, promised = parse_limit(data["limits"]["legal"]), parse_limit(data["limits"]["promised"])
    immediate = promised is not None and promised.amount == 0
    if immediate != (data["case_kind"] == "immediate"):
        yield folder.fault(
            ("case_kind",), f"case_kind is {data['case_kind']} but limits.promised is {data['limits']['promised']!r}",
            "即办件 (immediate) and the promise immediate go together; change one of them.",
        )  # fmt: skip
    if legal is not None and promised is None:
        yield folder.fault(
            ("limits", "promised"), "there is a legal limit but no promise", "promise the legal limit or less."
        )
    if legal is not None and promised is not None and _days(promised) > _days(legal):
        yield folder.fault(
            ("limits", "promised"), "the promise is longer than the law allows", "shorten limits.promised."
        )


def _days(limit: Limit) -> float:
    """Return a limit in calendar days, working days at their shortest reading (five make a week)."""
    return {"hour": limit.amount / 24, "calendar_day": float(limit.amount), "working_day": limit.amount * 1.4}[
        limit.unit
    ]


def _visits(folder: ServiceFolder, agency: AgencyFolder) -> Iterator[Finding]:
    """Ⅳ级 ⇒ 0 次; 次数 > 0 needs its reason; 0 次 and not online ⇒ mail-in."""
    data, count = folder.data, folder.data["visits"]["count"]
    if data["online"] == "full" and count:
        yield folder.fault(
            ("visits", "count"), "online is full (Ⅳ级) but a visit is asked", "write count: 0, or lower online."
        )
    if count and "reason" not in data["visits"]:
        yield folder.fault(
            ("visits",), "visits.count is above 0 without a reason", "add visits.reason（必须现场原因）."
        )
    channels = data["channels"]
    if count == 0 and data["online"] == "guide" and not (codes.ONLINE_CHANNELS | {"mail", "phone"}) & set(channels):
        yield folder.fault(
            ("visits", "count"), "no visit is needed but nothing is online", "add channels.mail, or count the visit."
        )


def _online(folder: ServiceFolder, agency: AgencyFolder) -> Iterator[Finding]:
    """Above guide needs a block; a guide must say where it can be done now."""
    data = folder.data
    blocks = [key for key in registered_blocks() if folder.part(key) is not None]
    if data["online"] != "guide" and not blocks:
        yield folder.fault(
            ("online",), f"online is {data['online']} but no capability block does it",
            f"write online: guide, or add a block ({', '.join(registered_blocks()) or 'none is installed'}).",
        )  # fmt: skip
    if data["online"] == "guide" and not any(_works_now(name, way) for name, way in data["channels"].items()):
        yield folder.fault(
            ("channels",), "nothing says where it can be done now",
            "give an online channel the official url, or add window, phone, terminal or mail.",
        )  # fmt: skip


def _works_now(channel: str, way: Any) -> bool:
    return channel != "web" or (isinstance(way, dict) and "url" in way)


def _audience(folder: ServiceFolder, agency: AgencyFolder) -> Iterator[Finding]:
    """服务对象 must match 主题."""
    audience, themes = folder.data["audience"], folder.data["themes"]
    for side, names in codes.THEMES.items():
        if audience in (side, "both") and side not in themes:
            yield folder.fault(("themes",), f"audience is {audience} but themes has no {side}", f"add themes.{side}.")
        if audience not in (side, "both") and side in themes:
            yield folder.fault(
                ("themes", side), f"audience is {audience} but themes has {side}", "remove it, or change audience."
            )
        for at, code in enumerate(themes.get(side, [])):
            if code not in names:
                yield folder.fault(
                    ("themes", side, at), f"{code!r} is no {side} theme", f"use one of: {', '.join(names)}."
                )


def _permit(folder: ServiceFolder, agency: AgencyFolder) -> Iterator[Finding]:
    """行政许可 needs the steps 受理 审核 审批 办结 送达 and one FAQ."""
    if folder.data["type"] != "permit":
        return
    stages = {step["stage"] for step in folder.data.get("steps", [])}
    missing = [f"{stage} {codes.STAGES[stage]}" for stage in PERMIT_STAGES if stage not in stages]
    if missing:
        yield folder.fault(("steps",), f"a permit lacks the steps {', '.join(missing)}", "add them to steps.")
    if not folder.data.get("faq"):
        yield folder.fault(("faq",), "a permit has no FAQ", "add at least one question and answer.")


def _codes(folder: ServiceFolder, agency: AgencyFolder) -> Iterator[Finding]:
    data = folder.data
    wanted = codes.ITEM_TYPES[data["type"]][0]
    if data["catalog_code"][2:4] != wanted:
        yield folder.fault(
            ("catalog_code",),
            f"digits 3–4 of catalog_code are {data['catalog_code'][2:4]}, but {data['type']} is {wanted}",
            f"write {data['catalog_code'][:2]}{wanted}{data['catalog_code'][4:]}, or change type.",
        )  # fmt: skip
    uscc = str(agency.data.get("uscc", ""))
    if "task_code" in data and data["task_code"] != task_code_of(uscc, data["power_level"], data["catalog_code"]):
        yield folder.fault(
            ("task_code",), "task_code is not USCC + level + catalog_code",
            f"write {task_code_of(uscc, data['power_level'], data['catalog_code'])}, or leave it out.",
        )  # fmt: skip


def _hotlines(folder: ServiceFolder, agency: AgencyFolder) -> Iterator[Finding]:
    """咨询电话 ≠ 投诉电话."""
    lines = folder.data.get("hotlines")
    if lines and lines["consult"] == lines["complain"]:
        yield folder.fault(("hotlines", "complain"), "consult and complain are the same number", "give two numbers.")


def _status(folder: ServiceFolder, agency: AgencyFolder) -> Iterator[Finding]:
    status = folder.data.get("status", "running")
    if isinstance(status, str):
        return
    if status["state"] == "seasonal" and "season" not in status:
        yield folder.fault(("status",), "a seasonal item has no season", "add season: {from: 06-23, until: 09-01}.")
    if status["state"] != "seasonal" and "season" in status:
        yield folder.fault(
            ("status", "season"), f"a {status['state']} item has a season", "remove it, or write state: seasonal."
        )
    if status["state"] == "paused" and "from" not in status:
        yield folder.fault(("status",), "a paused item does not say since when", "add from: 2026-12-01.")
    if "from" in status and "until" in status and status["until"] <= status["from"]:
        yield folder.fault(("status", "until"), "until is not after from", "until is the first day it runs again.")


def _materials(folder: ServiceFolder, agency: AgencyFolder) -> Iterator[Finding]:
    """Every material a choice names exists."""
    materials: Mapping[str, Any] = folder.data.get("materials", {})
    for group, situation in folder.data.get("situations", {}).items():
        for choice, about in situation["choices"].items():
            for at, key in enumerate(about.get("materials", [])):
                if key not in materials:
                    place = ("situations", group, "choices", choice, "materials", at)
                    yield folder.fault(
                        place, f"there is no material {key!r}", f"use one of: {', '.join(materials) or '(none)'}."
                    )


_RULES: tuple[Rule, ...] = (
    _summary, _limits, _visits, _online, _audience, _permit, _codes, _hotlines, _status, _materials,
)  # fmt: skip
