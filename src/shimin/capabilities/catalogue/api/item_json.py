"""One item as JSON: the hottest public read. One prepared statement, or none when this process has it already.

The document goes from the database to the socket as text; nothing parses it. A client that sends
``Cache-Control: no-cache`` gets it from the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from shimin.capabilities.catalogue.cache import VersionedMap
from shimin.capabilities.catalogue.domain import ItemCard
from shimin.capabilities.catalogue.queries import card_of, get_item_row
from shimin.capabilities.catalogue.tally import note_used
from shimin.kernel import clock
from shimin.kernel.web.access import public
from shimin.kernel.web.hot_reads import HotAnswer

ENTRIES = 4096


@dataclass(frozen=True, slots=True)
class ItemBody:
    """An item's JSON, ready to send."""

    item_id: int
    etag: str
    body: bytes


_bodies: VersionedMap[ItemBody] = VersionedMap(ENTRIES)


@require_safe
@public(transaction=False)
def item_json(request: HttpRequest, region_code: str, slug: str) -> HttpResponse:
    """Answer with the item a region shows now; 304 when the client has this state of it.

    Raises:
        NotFound: there is no such region or item.
    """
    answer = answer_item(request.META, region_code, slug)
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))


def answer_item(environ: Mapping[str, Any], region_code: str, slug: str) -> HotAnswer:
    """Return the answer to a request for an item: of the view, and of the hot read.

    Raises:
        NotFound: there is no such region or item.
    """
    now = clock.now()
    if environ.get("HTTP_CACHE_CONTROL") == "no-cache":
        found = _load(region_code, slug, now)
    else:
        # A version changes with the stamp, a status or a planned start with the day.
        key = (region_code, slug, clock.local_date(now))
        found = _bodies.get(key, lambda: _load(region_code, slug, now))
    note_used(region_code, found.item_id, now)
    headers = (("ETag", found.etag), ("Cache-Control", "public, max-age=10"), ("Content-Type", "application/json"))
    if environ.get("HTTP_IF_NONE_MATCH") == found.etag:
        return HotAnswer(304, headers[:2], b"")
    return HotAnswer(200, headers, found.body)


def _load(region_code: str, slug: str, now: datetime) -> ItemBody:
    row = get_item_row(region_code, slug, now)
    card = card_of(row, now)
    body = orjson.dumps({**card_json(card), **_version_json(row)})
    return ItemBody(card.item_id, f'"{row[17]:x}-{card.stars}-{card.status}"', body)


def card_json(card: ItemCard) -> dict[str, Any]:
    """Return a card as the API shows it; ids are strings."""
    return {
        "item_id": str(card.item_id), "region_code": card.region_code, "slug": card.slug, "name": card.name,
        "summary": card.summary, "agency": card.agency_slug, "agency_name": card.agency_name, "icon": card.icon,
        "tab": card.tab, "service_class": card.class_, "audience": card.audience, "assurance_level": card.level,
        "online": card.online, "stars": card.stars, "status": card.status, "status_words": card.status_words,
        "demo": card.demo,
    }  # fmt: skip


def _version_json(row: Sequence[Any]) -> dict[str, Any]:
    return {"version_id": str(row[17]), "version": row[18], "service": orjson.Fragment(row[19])}
