"""Which agency the dispatch catalogue proposes for a request, how surely and why; asks no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import structlog
from django.conf import settings

from shimin.capabilities.catalogue.public import Agency, list_agencies
from shimin.capabilities.service_requests.domain.deadlines import COUNTRY
from shimin.capabilities.service_requests.domain.dispatch_rules import (
    RULES_FILE,
    THRESHOLDS_FILE,
    DispatchCatalogue,
    DispatchRule,
    RulesUnreadable,
    read_catalogue,
)
from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.ports import Choice
from shimin.kernel.clock import local_date

MOST = 3
LEAST = 0.05  # what is less likely is no proposal
BY_READER = "reader"
log = structlog.get_logger("shimin.service_requests")


@dataclass(frozen=True, slots=True)
class AgencyChoice:
    """A proposed agency. ``probability`` sums up the categories that lead to it; None: a person named the category."""

    agency_id: int
    agency: str
    categories: tuple[str, ...]
    probability: float | None
    reasons: tuple[str, ...]
    rule: str

    @property
    def sure(self) -> str:
        """The probability in words, "" when a person named the category."""
        return "" if self.probability is None else _percent(self.probability)


@dataclass(frozen=True, slots=True)
class Advice:
    """What the catalogue says of a request: the likeliest agency first.

    ``is_sure``: the first one needs no person. ``why``: else, in words for the dispatcher, why a person decides.
    """

    choices: tuple[AgencyChoice, ...] = ()
    is_sure: bool = False
    why: str = ""


def advise(
    *,
    city_code: str,
    kind: RequestKind,
    region_code: str,
    category: str,
    category_by: str,
    choices: Sequence[Choice],
    is_emergency: bool,
    now: datetime,
) -> Advice:
    """Return which agencies the catalogue proposes for a request that is about ``category``, or one of ``choices``.

    A category that a person named counts alone. Never raises: a catalogue that cannot be read proposes nothing, says
    so, and leaves everything to people (fail-safe).
    """
    try:
        catalogue = dispatch_catalogue()
    except RulesUnreadable as broken:
        log.error("service_requests.dispatch_rules_unreadable", fault=broken.faults[0], faults=len(broken.faults))
        return Advice(why="派单目录有误，请管理员检查（./shimin ask rules）。")
    by_person = bool(category) and category_by != BY_READER
    seen = (Choice(category, 1.0),) if by_person else tuple(each for each in choices if each.probability >= LEAST)
    day = local_date(now)
    found: list[AgencyChoice] = []
    for choice in seen:
        rule = catalogue.rule_for(
            city_code=city_code, category=choice.category_code, kind=kind, district=region_code, day=day
        )
        agency = _agency_of(rule, city_code)
        if rule is not None and agency is not None:
            _add(found, agency, choice, rule, by_person)
    found.sort(key=lambda each: -(each.probability or 1.0))
    why = _why_a_person(catalogue, found, seen, by_person, is_emergency, city_code, day)
    return Advice(tuple(found[:MOST]), is_sure=not why, why=why)


def dispatch_catalogue() -> DispatchCatalogue:
    """Return the installation's catalogue, read anew when one of its files has changed.

    Raises:
        RulesUnreadable: see ``read_catalogue``.
    """
    folder: Path = settings.SHIMIN.rules_dir
    return _read_once(folder, tuple(_stamp(folder / name) for name in (RULES_FILE, THRESHOLDS_FILE)))


def list_categories(city_code: str) -> tuple[str, ...]:
    """Return the categories that the dispatch catalogue of a city knows, by name; what staff filter by."""
    try:
        rules = dispatch_catalogue().rules
    except RulesUnreadable:  # ``advise`` says so where it matters
        return ()
    return tuple(sorted({rule.category for rule in rules if rule.region_code in (city_code, COUNTRY)}))


def check_catalogue(folder: Path | None = None) -> list[str]:
    """Return what the catalogue of a folder (None: the installation's) names that the platform does not have.

    Raises:
        RulesUnreadable: see ``read_catalogue``.
    """
    catalogue = read_catalogue(folder or settings.SHIMIN.rules_dir)
    known = list_agencies()
    cities = {agency.region_code for agency in known}
    faults = []
    for rule in catalogue.rules:
        where = f"{RULES_FILE}, line {rule.line}"
        for city in sorted(cities) if rule.region_code == "100000" else [rule.region_code]:
            if _agency_of(rule, city) is None:
                slugs = sorted(each.slug for each in known if each.region_code[:4] == city[:4])
                faults.append(
                    f"{where}: {city} has no agency {rule.agency!r}; it has {', '.join(slugs) or 'none'}. "
                    "Publish its folder, or name another."
                )
    thresholds = {each.category for each in catalogue.thresholds}
    for category in sorted({rule.category for rule in catalogue.rules}):
        if not any(category == each or category.startswith(f"{each}/") for each in thresholds):
            faults.append(f"{THRESHOLDS_FILE}: {category} has no row, so a person dispatches all of it.")
    return faults


@lru_cache(maxsize=4)
def _read_once(folder: Path, stamps: tuple[tuple[int, int] | None, ...]) -> DispatchCatalogue:
    return read_catalogue(folder)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _agency_of(rule: DispatchRule | None, city_code: str) -> Agency | None:
    """Return the agency a rule names: the district's own before the city's."""
    if rule is None:
        return None
    named = [each for each in list_agencies() if each.slug == rule.agency and each.region_code[:4] == city_code[:4]]
    places = (rule.district, city_code)
    return next((each for place in places for each in named if each.region_code == place), None)


def _add(found: list[AgencyChoice], agency: Agency, choice: Choice, rule: DispatchRule, by_person: bool) -> None:
    """Add a choice; two categories of one agency are one proposal, as sure as both together."""
    for at, each in enumerate(found):
        if each.agency_id == agency.id:
            total = None if each.probability is None else min(each.probability + choice.probability, 1.0)
            found[at] = AgencyChoice(
                each.agency_id, each.agency, (*each.categories, choice.category_code), total, each.reasons, each.rule
            )
            return
    probability = None if by_person else choice.probability
    found.append(AgencyChoice(agency.id, agency.name, (choice.category_code,), probability, choice.reasons, rule.name))


def _why_a_person(
    catalogue: DispatchCatalogue,
    found: Sequence[AgencyChoice],
    seen: Iterable[Choice],
    by_person: bool,
    is_emergency: bool,
    city_code: str,
    day: date,
) -> str:
    """Return why the platform does not decide alone, "" when it may."""
    best = next(iter(seen), None)
    if best is None:
        return "平台读不出这是哪一类的事。"
    if not found or best.category_code not in found[0].categories:
        return f"派单目录里没有“{best.category_code}”由谁牵头。"
    if is_emergency:
        return "紧急诉求由人派单。"
    if by_person:
        return "类别由人工确定，请人工派单。"
    least = catalogue.threshold_for(city_code=city_code, category=best.category_code, day=day)
    if least is None or best.probability < least:
        line = "这一类都由人派单" if least is None or least > 1 else f"自动派单要 {_percent(least)}"
        return f"把握 {_percent(best.probability)}，{line}。"
    return ""


def _percent(share: float) -> str:
    """Return a share in words, never rounded up to a certainty it does not have."""
    return f"{int(share * 1000) / 10:g}%"
