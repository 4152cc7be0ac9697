"""Export the published catalogue as one JSON document, with the keys of CPSV-AP where it has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shimin.capabilities.catalogue.models import Agency, ServiceVersion


def export_catalogue(*, now: datetime, region_code: str | None = None) -> dict[str, Any]:
    """Return every item effective at ``now`` (of one region, if given) with its agency.

    Source: CPSV-AP 3 (PublicService, PublicOrganisation, hasCompetentAuthority, thematicArea, identifier).
    """
    versions = ServiceVersion.objects.select_related("item__agency").filter(effective_from__lte=now)
    versions = versions.exclude(effective_to__lte=now).order_by("item__region_code", "item__slug")
    agencies = Agency.objects.order_by("region_code", "slug")
    if region_code is not None:
        versions = versions.filter(item__region_code=region_code)
        agencies = agencies.filter(region_code=region_code)
    return {
        "@context": "https://semiceu.github.io/CPSV-AP/releases/3.2.0/context/cpsv-ap.jsonld",
        "issued": now.isoformat(),
        "PublicOrganisation": [_organisation(agency) for agency in agencies],
        "PublicService": [_service(version) for version in versions],
    }


def _organisation(agency: Agency) -> dict[str, Any]:
    return {
        "identifier": agency.uscc, "prefLabel": agency.name, "altLabel": agency.short_name,
        "spatial": agency.region_code, "slug": agency.slug, "demo": agency.is_demo,
    }  # fmt: skip


def _service(version: ServiceVersion) -> dict[str, Any]:
    item = version.item
    return {
        "identifier": version.doc["task_code"], "title": version.name, "description": version.summary,
        "hasCompetentAuthority": item.agency.uscc, "spatial": item.region_code, "slug": item.slug,
        "thematicArea": version.natural_themes + version.legal_themes, "version": version.number,
        "effective_from": version.effective_from.isoformat(), "stars": version.stars, "service": version.doc,
    }  # fmt: skip
