"""Find items by what people type: one statement over the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from shimin.capabilities.catalogue.cache import Versioned
from shimin.capabilities.catalogue.domain import ItemCard
from shimin.capabilities.catalogue.models import Synonym
from shimin.capabilities.catalogue.queries import CARD_COLUMNS, CARD_FROM, card_of
from shimin.capabilities.catalogue.regions import Region, chain_of, get_region
from shimin.capabilities.catalogue.search.request import Asked, read_request
from shimin.capabilities.catalogue.tally import note_missed
from shimin.kernel import clock

POSTINGS = 3000
"""How many index entries one request may touch: its rarest terms first, so that no request is slow."""

PER_SOUND, PER_INITIALS = 12, 40
"""How many words one sound, or one row of initials, may stand for."""

ELSEWHERE = 3

# What a match in a summary, keyword or name is worth (ts_rank's order is D, C, B, A).
FIELD_WEIGHTS = "{0.12, 0.3, 0.85, 1.0}"

SEARCH = f"""
WITH given AS (
    SELECT * FROM unnest(%(terms)s::text[], %(weights)s::real[]) AS g(term, weight)
), heard AS (
    SELECT t.term, h.typed, h.weight FROM unnest(%(sounds)s::text[], %(typed)s::text[], %(sound_weights)s::real[])
        AS h(sound, typed, weight)
    CROSS JOIN LATERAL (
        SELECT c.term FROM catalogue_term c
        WHERE c.sound = h.sound AND c.sound <> '' AND ltrim(c.term, '=') <> h.typed LIMIT {PER_SOUND}
    ) t
    WHERE NOT EXISTS (SELECT 1 FROM catalogue_term k WHERE k.term = h.typed AND k.sound <> '')
), begun AS (
    SELECT t.term, b.weight FROM unnest(%(initials)s::text[], %(initial_weights)s::real[]) AS b(initials, weight)
    CROSS JOIN LATERAL (
        SELECT c.term FROM catalogue_term c WHERE c.initials = b.initials AND c.initials <> ''
        ORDER BY c.entry_count LIMIT {PER_INITIALS}
    ) t
), terms AS (
    SELECT term, max(weight) AS weight FROM (
        SELECT term, weight FROM given
        UNION ALL SELECT term, weight FROM heard
        UNION ALL SELECT term, weight FROM begun
    ) every GROUP BY term
), weighed AS (
    SELECT t.term, t.weight * ln(1 + n.entry_count / (0.5 + c.entry_count)) AS worth,
           ('''' || t.term || '''')::tsquery AS asked,
           sum(c.entry_count) OVER (ORDER BY c.entry_count, t.term) - c.entry_count AS before
    FROM terms t JOIN catalogue_term c ON c.term = t.term, catalogue_term n WHERE n.term = '*'
), hits AS (
    SELECT e.version_id, e.region_code = ANY (%(regions)s::text[]) AS is_here,
           sum(w.worth * ts_rank('{FIELD_WEIGHTS}', e.words, w.asked)) / (1 + 0.02 * min(e.name_length)) AS score
    FROM weighed w JOIN catalogue_search_entry e ON e.words @@ w.asked
    WHERE w.before < %(postings)s AND e.effective_from <= %(now)s
      AND (e.effective_to IS NULL OR e.effective_to > %(now)s)
    GROUP BY e.version_id, e.region_code
), best AS (
    SELECT *, row_number() OVER (PARTITION BY is_here ORDER BY score DESC, version_id) AS place FROM hits
)
SELECT {CARD_COLUMNS}, b.is_here, b.score,
       (SELECT json_agg(json_build_array(h.typed, ltrim(h.term, '='), h.weight)) FROM heard h)::text
FROM best b JOIN {CARD_FROM} ON v.id = b.version_id
WHERE b.place <= CASE WHEN b.is_here THEN %(limit)s ELSE {ELSEWHERE} END
ORDER BY b.is_here DESC, b.score * (1 + 0.02 * v.stars) DESC, b.version_id
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a request found. ``corrected`` is the request as it was understood ("" when as typed)."""

    cards: tuple[ItemCard, ...]
    corrected: str = ""
    synonyms: tuple[str, ...] = ()
    elsewhere: tuple[Region, ...] = ()


def _load_synonyms() -> list[tuple[str, str]]:
    return list(Synonym.objects.order_by("id").values_list("said", "meant"))


_synonyms: Versioned[list[tuple[str, str]]] = Versioned(_load_synonyms)


def ask(region_code: str, text: str) -> Asked:
    """Return the request of a person in a region, in all its readings."""
    region = get_region(region_code)
    return read_request(text, _synonyms.value(), (region.name, region.short_name))


def parameters(asked: Asked, region_code: str, limit: int, now: datetime) -> dict[str, Any]:
    """Return the values of SEARCH."""
    return {
        "terms": list(asked.terms), "weights": list(asked.terms.values()),
        "sounds": list(asked.sounds), "typed": [typed for typed, _ in asked.sounds.values()],
        "sound_weights": [weight for _, weight in asked.sounds.values()],
        "initials": list(asked.initials), "initial_weights": list(asked.initials.values()),
        "regions": chain_of(region_code), "now": now, "limit": limit, "postings": POSTINGS,
    }  # fmt: skip


def search_items(region_code: str, text: str, limit: int = 20, *, now: datetime | None = None) -> SearchResult:
    """Return what a region offers for a request in people's own words, the best first.

    One statement. What only other regions have is named in ``elsewhere``.

    Raises:
        NotFound: there is no such region.
    """
    moment = now or clock.now()
    asked = ask(region_code, text)
    if not asked.terms:
        return SearchResult(())
    with connection.cursor() as cursor:
        cursor.execute(SEARCH, parameters(asked, region_code, limit, moment))
        rows = cursor.fetchall()
    here = [row for row in rows if row[17]]
    if not here:
        note_missed(region_code, asked.text, moment)
    elsewhere = dict.fromkeys(row[1] for row in rows if not row[17] and row[18] > _least(here))
    return SearchResult(
        cards=_nearest_each([card_of(row, moment) for row in here], region_code),
        corrected=_corrected(asked, rows),
        synonyms=tuple(dict.fromkeys(asked.synonyms)),
        elsewhere=tuple(get_region(code) for code in elsewhere),
    )


def _least(here: Sequence[Sequence[Any]]) -> float:
    """Another city is worth naming only if it fits better than what is here."""
    return float(here[0][18]) if here else 0.0


def _nearest_each(cards: Sequence[ItemCard], region_code: str) -> tuple[ItemCard, ...]:
    """Return each item once: the city's own edition of a slug stands before the country's."""
    order = chain_of(region_code)
    nearest: dict[str, ItemCard] = {}
    for card in cards:
        known = nearest.get(card.slug)
        if known is None or order.index(card.region_code) < order.index(known.region_code):
            nearest[card.slug] = card
    return tuple({card.slug: nearest[card.slug] for card in cards}.values())


def _corrected(asked: Asked, rows: Sequence[Sequence[Any]]) -> str:
    """Return the request with its misheard stretch replaced, when the index knows a word that sounds like it."""
    heard = orjson.loads(rows[0][19]) if rows and rows[0][19] else []
    text = asked.bare
    for typed, term, _ in sorted(heard, key=lambda each: (-len(each[1]), -each[2])):
        if typed in text:
            return text.replace(typed, term, 1)
    return ""
