"""What an item offers to look up, as its current version declares it."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from shimin.capabilities.catalogue.public import Agency, ItemGuide, get_agency, get_item, list_agencies
from shimin.capabilities.enquiries.domain.declaration import Lookup, parse_lookup
from shimin.capabilities.enquiries.domain.offer import Offer
from shimin.capabilities.enquiries.ports import SourceSystem
from shimin.kernel.actor import AssuranceLevel
from shimin.kernel.errors import NotFound

KEY = "lookup"


@dataclass(frozen=True, slots=True)
class _Kept:
    offer: Offer
    now: datetime
    read_at: float


# In a rush the same few items are asked for a thousand times a second, and each document is long.
_KEEP_SECONDS = 1.0
_KEEP = timedelta(seconds=_KEEP_SECONDS)
_MOST_OFFERS = 512
_offers: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
# Versions never change, so each declaration is parsed once a process; the least recently used goes first.
_MOST_PARSED = 512
_parsed: OrderedDict[int, Lookup] = OrderedDict()
_lock = Lock()


def get_offer(region_code: str, slug: str, now: datetime) -> Offer:
    """Return what the item offers, as it stood at most a second ago. One statement, or none.

    Raises:
        NotFound: no such item in the region, or it has nothing to look up.
    """
    place, moment = (region_code, slug), time.monotonic()
    kept = _offers.get(place)
    if kept is not None and moment - kept.read_at < _KEEP_SECONDS and abs(now - kept.now) < _KEEP:
        return kept.offer
    offer = _read_offer(region_code, slug, now)
    with _lock:
        _offers[place] = _Kept(offer, now, moment)
        _offers.move_to_end(place)
        if len(_offers) > _MOST_OFFERS:
            _offers.popitem(last=False)
    return offer


def forget_offers() -> None:
    """Read everything anew: between tests, which stop the clock."""
    with _lock:
        _offers.clear()
        _parsed.clear()


def _read_offer(region_code: str, slug: str, now: datetime) -> Offer:
    guide = get_item(region_code, slug, now=now)
    if KEY not in guide.doc:
        raise NotFound
    card = guide.card
    lookup = _lookup_of(guide)
    agency = get_agency(card.region_code, card.agency_slug)
    system = next((system for system in _systems_of(agency) if system.name == lookup.system), None)
    if system is None:
        raise NotFound
    return Offer(
        item_id=card.item_id,
        version_id=guide.version_id,
        region_code=region_code,
        slug=card.slug,
        name=card.name,
        icon=card.icon,
        agency_id=agency.id,
        agency_name=agency.name,
        agency_phone=agency.phone,
        level=AssuranceLevel(card.level),
        closed_words="" if card.status == "running" else card.status_words,
        lookup=lookup,
        system=system,
    )


@dataclass(frozen=True, slots=True)
class Source:
    """A declared source and the agency it belongs to."""

    system: SourceSystem
    agency_id: int
    agency_name: str
    city_code: str


def list_sources_declared() -> list[Source]:
    """Return every source that an agency declares; a name stands for one system of the whole installation."""
    named = {
        system.name: Source(system, agency.id, agency.name, agency.region_code)
        for agency in list_agencies()
        for system in _systems_of(agency)
    }
    return list(named.values())


def _systems_of(agency: Agency) -> list[SourceSystem]:
    return [
        SourceSystem(system.name, system.title, system.url, system.key, system.demo_port) for system in agency.systems
    ]


def _lookup_of(guide: ItemGuide) -> Lookup:
    with _lock:
        lookup = _parsed.pop(guide.version_id, None) or parse_lookup(guide.doc[KEY])
        _parsed[guide.version_id] = lookup
        if len(_parsed) > _MOST_PARSED:
            _parsed.popitem(last=False)
    return lookup
