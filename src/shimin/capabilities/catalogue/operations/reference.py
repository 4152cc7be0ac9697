"""Load the regions and the first synonyms from the files that come with the program."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from shimin.capabilities.catalogue import regions
from shimin.capabilities.catalogue.codes import COUNTRY
from shimin.capabilities.catalogue.models import Region, Synonym
from shimin.capabilities.catalogue.operations.stamp import changing
from shimin.kernel import audit
from shimin.kernel.actor import SYSTEM
from shimin.kernel.ids import new_id

DATA = Path(__file__).resolve().parents[1] / "data"
_COUNTRY_ROW = Region(
    code=COUNTRY, name="中华人民共和国", short_name="全国", level="country", parent_code="",
    pinyin="quanguo", initials="qg", lng=None, lat=None,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows there are now."""

    regions: int
    synonyms: int


def load_reference(*, now: datetime) -> Loaded:
    """Load regions and seed synonyms; run again it changes only what differs. Synonyms of the desk stay."""
    with changing(SYSTEM):
        rows = [_COUNTRY_ROW, *_regions()]
        columns = ["name", "short_name", "level", "parent_code", "pinyin", "initials", "lng", "lat"]
        Region.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["code"], update_fields=columns, batch_size=1000
        )
        pairs = _synonyms()
        Synonym.objects.filter(origin="seed").delete()
        Synonym.objects.bulk_create(
            [Synonym(id=new_id(), said=said, meant=meant, origin="seed", updated_at=now) for said, meant in pairs],
            ignore_conflicts=True,
        )
        loaded = Loaded(len(rows), Synonym.objects.count())
        audit.record(
            actor=SYSTEM, action="catalogue.reference_loaded", target="catalogue", target_id=None, now=now,
            details={"regions": loaded.regions, "synonyms": loaded.synonyms},
        )  # fmt: skip
    return loaded


def known_regions() -> frozenset[str]:
    """Return the codes of the published list and the country; reads the file, so it needs no database."""
    return frozenset({COUNTRY, *(region.code for region in _regions())})


def region_names() -> frozenset[str]:
    """Return the full and short names of all regions of the published list; reads the file, like ``known_regions``."""
    return frozenset(name for region in _regions() for name in (region.name, region.short_name))


def published_regions() -> list[regions.Region]:
    """Return the regions of the published list, in code order; reads the file, like ``known_regions``."""
    names = [field.name for field in fields(regions.Region)]
    return [regions.Region(**{name: getattr(row, name) for name in names}) for row in _regions()]


def _regions() -> list[Region]:
    with (DATA / "regions.csv").open(encoding="utf-8", newline="") as file:
        return [_region(row) for row in csv.DictReader(file)]


def _region(row: dict[str, str]) -> Region:
    """Return a row of the list; a province's parent is the country."""
    return Region(
        code=row["code"], name=row["name"], short_name=row["short_name"], level=row["level"],
        parent_code=row["parent_code"] or COUNTRY, pinyin=row["pinyin"], initials=row["initials"],
        lng=float(row["lng"]) if row["lng"] else None, lat=float(row["lat"]) if row["lat"] else None,
    )  # fmt: skip


def _synonyms() -> list[tuple[str, str]]:
    """Return the pairs of synonyms.csv: what people say, and what items are called (several, split by spaces)."""
    with (DATA / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        return sorted({(row["said"].strip().lower(), row["meant"].strip()) for row in csv.DictReader(file)})
