"""Reads of items: one statement each, made to be prepared, for pages and for the JSON of one item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from shimin.capabilities.catalogue import codes
from shimin.capabilities.catalogue.blocks import Evidence, registered_blocks
from shimin.capabilities.catalogue.domain import ItemCard, ItemGuide, StarLevel, star_level, status_on
from shimin.capabilities.catalogue.folder.texts import in_language
from shimin.capabilities.catalogue.regions import chain_of
from shimin.kernel import clock
from shimin.kernel.errors import NotFound

CARD_COLUMNS = """
    i.id, i.region_code, a.slug, i.slug, v.name, v.summary, coalesce(a.short_name, a.name), v.icon, v.tab,
    v.assurance_level, v.stars, v.status::text, v.audience, v.service_class, v.online, v.is_demo, a.id
"""
CARD_FROM = """
    catalogue_service_version v
    JOIN catalogue_service_item i ON i.id = v.item_id
    JOIN catalogue_agency a ON a.id = i.agency_id
"""
EFFECTIVE = "v.effective_from <= %(now)s AND (v.effective_to IS NULL OR v.effective_to > %(now)s)"

_LIST = f"""
    SELECT {CARD_COLUMNS} FROM {CARD_FROM}
    WHERE i.region_code = ANY (%(regions)s::text[]) AND {EFFECTIVE}
      AND (%(tab)s::text IS NULL OR v.tab = %(tab)s::text)
      AND (%(audience)s::text IS NULL OR v.audience IN (%(audience)s::text, 'both'))
      AND (%(theme)s::text IS NULL
           OR (coalesce(%(audience)s::text, 'natural') <> 'legal' AND %(theme)s::text = ANY (v.natural_themes))
           OR (coalesce(%(audience)s::text, 'legal') <> 'natural' AND %(theme)s::text = ANY (v.legal_themes)))
      AND (%(after)s::bigint IS NULL OR i.id > %(after)s::bigint)
      AND NOT EXISTS (
          SELECT 1 FROM catalogue_service_item nearer
          WHERE nearer.slug = i.slug AND nearer.region_code = ANY (%(regions)s::text[])
            AND array_position(%(regions)s::text[], nearer.region_code::text)
              < array_position(%(regions)s::text[], i.region_code::text))
    ORDER BY i.id LIMIT %(limit)s
"""  # noqa: S608 - constants only

_GET = f"""
    SELECT {CARD_COLUMNS}, v.id, v.number, v.doc::text FROM {CARD_FROM}
    WHERE i.slug = %(slug)s AND i.region_code = ANY (%(regions)s::text[]) AND {EFFECTIVE}
    ORDER BY array_position(%(regions)s::text[], i.region_code::text) LIMIT 1
"""  # noqa: S608 - constants only

_GET_VERSION = f"""
    SELECT {CARD_COLUMNS}, v.id, v.number, v.doc::text FROM {CARD_FROM} WHERE v.id = %(version_id)s
"""  # noqa: S608 - constants only

_RELATED = f"""
    SELECT {CARD_COLUMNS} FROM {CARD_FROM}
    WHERE i.slug = ANY (%(slugs)s::text[]) AND i.region_code = ANY (%(regions)s::text[]) AND {EFFECTIVE}
    ORDER BY array_position(%(slugs)s::text[], i.slug), array_position(%(regions)s::text[], i.region_code::text)
"""  # noqa: S608 - constants only

_OF_REGIONS = f"""
    SELECT {CARD_COLUMNS} FROM {CARD_FROM}
    WHERE (%(regions)s::text[] IS NULL OR i.region_code = ANY (%(regions)s::text[])) AND {EFFECTIVE}
      AND (%(after)s::bigint IS NULL OR i.id > %(after)s::bigint)
    ORDER BY i.id LIMIT %(limit)s
"""  # noqa: S608 - constants only

_MOST_USED = f"""
    SELECT {CARD_COLUMNS} FROM {CARD_FROM}
    LEFT JOIN (
        SELECT item_id, sum(times) AS times FROM catalogue_usage_count
        WHERE region_code = %(region)s AND day > %(since)s::date GROUP BY item_id
    ) u ON u.item_id = i.id
    WHERE i.region_code = ANY (%(regions)s::text[]) AND {EFFECTIVE}
    ORDER BY u.times DESC NULLS LAST, v.stars DESC, i.id LIMIT %(limit)s
"""  # noqa: S608 - constants only


def card_of(row: Sequence[Any], now: datetime) -> ItemCard:
    """Return a card from a row of CARD_COLUMNS."""
    status = status_on(in_language(orjson.loads(row[11])), clock.local_date(now))
    return ItemCard(
        item_id=row[0], region_code=row[1], agency_slug=row[2], slug=row[3], name=row[4], summary=row[5],
        agency_name=row[6], icon=row[7], tab=row[8], level=row[9], stars=row[10], status=status.state,
        status_words=status.words, instead=status.instead, audience=row[12], class_=row[13], online=row[14],
        demo=row[15], agency_id=row[16],
    )  # fmt: skip


def list_items(
    region_code: str,
    *,
    tab: str | None = None,
    theme: str | None = None,
    audience: str | None = None,
    after: int | None = None,
    limit: int = 50,
    now: datetime | None = None,
) -> list[ItemCard]:
    """Return the items a region shows (its own, its province's, the country's), oldest first, after an item id.

    ``audience`` natural or legal keeps items for that side and for both; ``theme`` is a national code of that side.
    """
    moment = now or clock.now()
    rows = _rows(_LIST, {
        "regions": chain_of(region_code), "tab": tab, "theme": theme, "audience": audience, "after": after,
        "limit": limit, "now": moment,
    })  # fmt: skip
    return [card_of(row, moment) for row in rows]


def get_item(region_code: str, slug: str, *, language: str = "zh", now: datetime | None = None) -> ItemGuide:
    """Return the version of an item that is effective now, as shown in a region.

    Raises:
        NotFound: the region shows no such item.
    """
    moment = now or clock.now()
    return guide_of(get_item_row(region_code, slug, moment), moment, language)


def get_item_row(region_code: str, slug: str, now: datetime) -> tuple[Any, ...]:
    """Return CARD_COLUMNS, version id, number and document text of the effective version.

    Raises:
        NotFound: the region shows no such item.
    """
    rows = _rows(_GET, {"slug": slug, "regions": chain_of(region_code), "now": now})
    if not rows:
        raise NotFound("没有找到这项服务。", mend="它可能改了名字，或者这个城市还没有接入。请搜索试试。")
    return rows[0]


def get_version(version_id: int, *, language: str = "zh", now: datetime | None = None) -> ItemGuide:
    """Return a version by its id, effective or not: a case stays on the version it began with.

    Raises:
        NotFound: there is no such version.
    """
    moment = now or clock.now()
    rows = _rows(_GET_VERSION, {"version_id": version_id})
    if not rows:
        raise NotFound
    return guide_of(rows[0], moment, language)


def most_used(region_code: str, limit: int = 8, *, now: datetime | None = None) -> list[ItemCard]:
    """Return the items opened most in the region in the last 30 days, then those with the most stars."""
    moment = now or clock.now()
    since = clock.local_date(moment).toordinal() - 30
    rows = _rows(_MOST_USED, {
        "region": region_code, "regions": chain_of(region_code), "now": moment, "limit": limit,
        "since": clock.local_date(moment).fromordinal(since).isoformat(),
    })  # fmt: skip
    return [card_of(row, moment) for row in rows]


def list_related(region_code: str, item: ItemGuide, *, now: datetime) -> list[ItemCard]:
    """Return the items that people need next, as the item names them; no statement when it names none."""
    if not item.doc["related"]:
        return []
    rows = _rows(_RELATED, {"slugs": item.doc["related"], "regions": chain_of(region_code), "now": now})
    return list({row[3]: card_of(row, now) for row in reversed(rows)}.values())[::-1]


def list_region_items(regions: list[str] | None, *, after: int | None, limit: int, now: datetime) -> list[ItemCard]:
    """Return the effective items that belong to ``regions`` themselves (None: to any), by id after ``after``."""
    rows = _rows(_OF_REGIONS, {"regions": regions, "after": after, "limit": limit, "now": now})
    return [card_of(row, now) for row in rows]


def guide_of(row: Sequence[Any], now: datetime, language: str) -> ItemGuide:
    """Return a guide from a row of CARD_COLUMNS, version id, number and document."""
    card = card_of(row, now)
    doc = in_language(orjson.loads(row[19]), language)
    return with_entries(ItemGuide(card, row[17], row[18], doc))


def with_entries(item: ItemGuide) -> ItemGuide:
    """Return the guide with the buttons of its blocks; an item that is not open has none."""
    if item.card.status != "running":
        return item
    entries = tuple(block.entry(item) for key, block in registered_blocks().items() if key in item.doc)
    return replace(item, entries=entries)


def stars_of(item: ItemGuide) -> StarLevel:
    """Return the star level of an item from what its blocks make live, with the reasons."""
    evidence = Evidence()
    for key, block in registered_blocks().items():
        if key in item.doc:
            evidence = evidence | block.evidence(item)
    return star_level(item.doc, evidence)


@dataclass(frozen=True, slots=True)
class Theme:
    """A national theme (主题分类) of one side."""

    code: str
    name: str


def list_themes(audience: str) -> list[Theme]:
    """Return the national themes of one side: natural or legal."""
    return [Theme(code, name) for code, name in codes.THEMES[audience].items()]


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
