"""Publish service folders: each change of content becomes an immutable version with its dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from shimin.capabilities.catalogue.domain import ItemCard, ItemGuide, Status
from shimin.capabilities.catalogue.events import ServicePublished
from shimin.capabilities.catalogue.folder.document import content_hash, document_of
from shimin.capabilities.catalogue.folder.texts import chinese, in_language
from shimin.capabilities.catalogue.folder.tree import AgencyFolder, RegionFolder, ServiceFolder, Tree
from shimin.capabilities.catalogue.models import Agency, Region, SearchEntry, ServiceItem, ServiceVersion
from shimin.capabilities.catalogue.operations.stamp import changing
from shimin.capabilities.catalogue.queries import stars_of
from shimin.capabilities.catalogue.search.index import IndexedVersion, count_terms, write_entries
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor
from shimin.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Published:
    """What happened to one item. ``number`` is its latest version."""

    address: str
    number: int
    is_new: bool


def publish_services(
    *, actor: Actor, tree: Tree, folders: Iterable[ServiceFolder], effective_from: datetime | None = None, now: datetime
) -> list[Published]:
    """Publish checked folders in one transaction; unchanged content makes no new version.

    A new version is effective from ``effective_from`` (aware; now when left out) until the next one. A version that
    was to follow later stays. Agencies are brought up to date with their agency.yaml.
    """
    wanted = {folder.address for folder in folders}
    starts_at = max(effective_from or now, now)
    with changing(actor):
        result = []
        for region in tree.regions:
            for agency in region.agencies:
                chosen = [folder for folder in agency.items if folder.address in wanted]
                if chosen:
                    row = _save_agency(agency)
                    result += [_publish(actor, folder, agency, region, row, starts_at, now) for folder in chosen]
        if any(each.is_new for each in result):
            count_terms(Region.objects.order_by("code").values_list("short_name", "pinyin"))
    return result


def _save_agency(agency: AgencyFolder) -> Agency:
    data = agency.data
    values = {
        "name": chinese(data["name"]), "short_name": chinese(data["short_name"]), "uscc": data["uscc"],
        "is_demo": data.get("demo", False), "phone": data["hotlines"]["consult"], "doc": dict(data),
    }  # fmt: skip
    row, _ = Agency.objects.update_or_create(
        region_code=agency.region_code, slug=agency.slug, defaults=values, create_defaults={**values, "id": new_id()}
    )
    return row


def _publish(
    actor: Actor,
    folder: ServiceFolder,
    agency: AgencyFolder,
    region: RegionFolder,
    row: Agency,
    starts_at: datetime,
    now: datetime,
) -> Published:
    doc = document_of(folder, agency, region)
    item, _ = ServiceItem.objects.get_or_create(
        region_code=folder.region_code, slug=folder.slug, defaults={"id": new_id(), "agency": row}
    )
    if item.agency_id != row.id:
        item.agency = row
        item.save(update_fields=["agency"])
    latest = ServiceVersion.objects.filter(item=item).order_by("-number").first()
    stars = _stars(item, row, doc)
    if latest is not None and bytes(latest.content_hash) == content_hash(doc):
        if latest.stars != stars:
            ServiceVersion.objects.filter(id=latest.id).update(stars=stars)
        return Published(folder.address, latest.number, is_new=False)
    version = _add_version(item, latest.number + 1 if latest else 1, doc, stars, starts_at, now)
    _announce(actor, version, folder.region_code, now)
    return Published(folder.address, version.number, is_new=True)


def _add_version(
    item: ServiceItem, number: int, doc: Mapping[str, Any], stars: int, starts_at: datetime, now: datetime
) -> ServiceVersion:
    """Insert a version into the item's line of time, between the one effective at its start and the next."""
    ends_at = _make_room(item, starts_at)
    version = ServiceVersion(
        id=new_id(), item=item, number=number, doc=doc, content_hash=content_hash(dict(doc)),
        effective_from=starts_at, effective_to=ends_at, published_at=now, stars=stars, **_columns(doc),
    )  # fmt: skip
    version.save(force_insert=True)
    write_entries([IndexedVersion(version.id, item.region_code, starts_at, ends_at, doc)])
    return version


def _make_room(item: ServiceItem, starts_at: datetime) -> datetime | None:
    """Close the version effective at ``starts_at``; return when a later one begins, or None."""
    later = ServiceVersion.objects.filter(item=item, effective_from__gt=starts_at).exclude(effective_to__lte=starts_at)
    following = later.order_by("effective_from").values_list("effective_from", flat=True).first()
    open_ids = [
        version.id
        for version in ServiceVersion.objects.filter(item=item, effective_from__lte=starts_at)
        if version.effective_to is None or version.effective_to > starts_at
    ]
    ServiceVersion.objects.filter(id__in=open_ids).update(effective_to=starts_at)
    SearchEntry.objects.filter(version_id__in=open_ids).update(effective_to=starts_at)
    return following


def _columns(doc: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": chinese(doc["name"]), "summary": chinese(doc["summary"]), "icon": doc["icon"], "tab": doc["tab"],
        "service_class": doc["class"], "audience": doc["audience"], "assurance_level": doc["assurance_level"],
        "online": doc["online"], "status": doc["status"], "is_demo": doc["demo"],
        "natural_themes": doc["themes"].get("natural", []), "legal_themes": doc["themes"].get("legal", []),
    }  # fmt: skip


def _stars(item: ServiceItem, agency: Agency, doc: Mapping[str, Any]) -> int:
    return stars_of(preview_of(doc, item_id=item.id, region_code=item.region_code, slug=item.slug, agency=agency)).stars


def preview_of(
    doc: Mapping[str, Any], *, item_id: int, region_code: str, slug: str, agency: Agency | None
) -> ItemGuide:
    """Return a document as a guide before it is published: for stars, and for trying a folder out."""
    plain = in_language(orjson.loads(orjson.dumps(doc)))
    status = Status()
    card = ItemCard(
        item_id=item_id, region_code=region_code, agency_slug=agency.slug if agency else "", slug=slug,
        name=plain["name"], summary=plain["summary"], agency_name=plain["agency"]["short_name"], icon=plain["icon"],
        tab=plain["tab"], level=plain["assurance_level"], stars=0, status=status.state, audience=plain["audience"],
        class_=plain["class"], online=plain["online"], demo=plain["demo"], agency_id=agency.id if agency else 0,
    )  # fmt: skip
    return ItemGuide(card, 0, 0, plain)


def _announce(actor: Actor, version: ServiceVersion, city_code: str, now: datetime) -> None:
    audit.record(
        actor=actor, action="catalogue.service_published", target="service_version", target_id=version.id,
        city_code=city_code, now=now, details={"item": version.item_id, "number": version.number},
    )  # fmt: skip
    events.emit(
        ServicePublished(version.item_id, version.id, version.number, version.effective_from.isoformat()),
        aggregate="catalogue.service_item", aggregate_id=version.item_id, version=version.number, now=now,
    )  # fmt: skip
