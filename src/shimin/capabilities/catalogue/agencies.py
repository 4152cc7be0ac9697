"""Agencies in memory, renewed with the catalogue's stamp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shimin.capabilities.catalogue.cache import Versioned
from shimin.capabilities.catalogue.folder.texts import chinese, in_language
from shimin.capabilities.catalogue.models import Agency as AgencyRow
from shimin.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class System:
    """A back end of an agency that answers signed calls; see agency.yaml."""

    name: str
    title: str
    url: str
    key: str
    demo_port: int | None


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency (实施主体). ``uscc`` is its 统一社会信用代码; ``systems`` are its back ends by name."""

    id: int
    region_code: str
    slug: str
    name: str
    short_name: str
    uscc: str
    is_demo: bool
    phone: str
    systems: tuple[System, ...]


def _agency(row: AgencyRow) -> Agency:
    systems: dict[str, Any] = row.doc.get("systems", {})
    return Agency(
        id=row.id, region_code=row.region_code, slug=row.slug, name=row.name, short_name=row.short_name,
        uscc=row.uscc, is_demo=row.is_demo, phone=row.phone,
        systems=tuple(
            System(name, chinese(about["title"]), about.get("url", ""), about.get("key", ""), about.get("demo_port"))
            for name, about in in_language(systems).items()
        ),
    )  # fmt: skip


def _load() -> dict[int, Agency]:
    return {row.id: _agency(row) for row in AgencyRow.objects.order_by("region_code", "slug")}


_agencies: Versioned[dict[int, Agency]] = Versioned(_load)


def list_agencies(region_code: str | None = None) -> list[Agency]:
    """Return the agencies of a region (of all regions when left out), by region and slug."""
    return [each for each in _agencies.value().values() if region_code in (None, each.region_code)]


def get_agency(region_code: str, slug: str) -> Agency:
    """Return an agency by its region and slug.

    Raises:
        NotFound: there is none.
    """
    for agency in list_agencies(region_code):
        if agency.slug == slug:
            return agency
    raise NotFound("没有这个部门。")
