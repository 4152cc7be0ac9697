"""What the address of a queue says: filters that a link keeps, and the chips that change them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import QueryDict

from shimin.capabilities.catalogue.public import list_cities
from shimin.capabilities.service_requests.public import (
    KIND_WORDS,
    STATE_WORDS,
    QueueFilter,
    RequestKind,
    RequestState,
    list_categories,
    read_address_part,
)
from shimin.capabilities.service_requests.web.desk_queues import RequestQueue
from shimin.kernel.actor import Actor
from shimin.kernel.errors import InvalidInput

_SINGLE = ("agency", "urgent", "late", "history", "address", "district", "box")
_SEVERAL = ("state", "kind", "category")


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter that was asked for, without what makes no sense; ``fault`` says what is wrong with the address."""

    wanted: QueueFilter
    states: tuple[RequestState, ...]
    kinds: tuple[RequestKind, ...]
    address: str = ""
    fault: str = ""


def read_filter(queue: RequestQueue, given: QueryDict, now: datetime) -> Asked:
    """Return what the address asks of a queue; values that are none are left out."""
    wanted = queue.wanted
    states = tuple(each for each in queue.chips if str(each) in given.getlist("state"))
    kinds = tuple(each for each in RequestKind if str(each) in given.getlist("kind"))
    if given.get("history") == "1" and queue.has_history:
        wanted = replace(wanted, states=(), order="new")
    if states:
        wanted = replace(wanted, states=states)
    if kinds:
        wanted = replace(wanted, kinds=kinds)
    agency, district = given.get("agency", ""), given.get("district", "")
    if agency.isascii() and agency.isdigit() and len(agency) <= 18:
        wanted = replace(wanted, agency_id=int(agency))
    if district.isascii() and district.isdigit() and len(district) == 6:
        wanted = replace(wanted, region_code=district)
    categories = tuple(dict.fromkeys(each[:120] for each in given.getlist("category")[:20] if each))
    if categories:
        wanted = replace(wanted, categories=categories)
    if given.get("urgent") == "1":
        wanted = replace(wanted, is_emergency=True)
    if given.get("late") == "1":
        wanted = replace(wanted, due_before=now)
    asked = given.get("address", "")
    try:
        return Asked(replace(wanted, address=read_address_part(asked)), states, kinds, asked)
    except InvalidInput as wrong:
        return Asked(wanted, states, kinds, asked, wrong.fields["address"])


def chips(queue: RequestQueue, given: QueryDict, asked: Asked) -> list[dict[str, Any]]:
    """Return the filters that one tap sets or takes away: several states and kinds may hold at once."""
    found: list[dict[str, Any]] = []
    if queue.chips:
        found.append({"title": "全部状态", "url": link(given, state=[]), "current": not asked.states})
    for name, options, words, chosen in (
        ("state", queue.chips, STATE_WORDS, asked.states),
        ("kind", tuple(RequestKind), KIND_WORDS, asked.kinds),
    ):
        for each in options:
            toggled = [str(other) for other in options if (other in chosen) != (other == each)]
            url = link(given, **{name: toggled})
            found.append({"title": words[each], "url": url, "current": each in chosen})  # type: ignore[index]
    offered = [("urgent", "紧急"), ("late", "已超期")] + (
        [("history", "连办结的，新的在前")] if queue.has_history else []
    )
    for name, title in offered:
        current = given.get(name) == "1"
        found.append({"title": title, "url": link(given, **{name: "" if current else "1"}), "current": current})
    return found


def form_context(queue: RequestQueue, given: QueryDict, asked: Asked, actor: Actor) -> dict[str, Any]:
    """Return what the form of place and category shows; ``kept`` are the filters it has to carry along."""
    cities = sorted({grant.region_code for grant in actor.grants if grant.role == queue.role and grant.region_code})
    kept = [(name, given.get(name, "")) for name in ("agency", "urgent", "late", "history", "box")]
    kept += [
        (name, str(value)) for name, values in (("state", asked.states), ("kind", asked.kinds)) for value in values
    ]
    return {
        "address": asked.address,
        "address_fault": asked.fault,
        "districts": [(each.code, each.name) for city in cities for each in list_cities(city)],
        "district": asked.wanted.region_code or "",
        "categories": sorted(
            {name for city in cities for name in list_categories(city)} | set(asked.wanted.categories)
        ),
        "chosen_categories": asked.wanted.categories,
        "kept": [(name, value) for name, value in kept if value],
        "clear_url": link(given, address="", district="", category=[]),
        "narrowed": bool(asked.address or asked.wanted.region_code or asked.wanted.categories),
    }


def link(given: QueryDict, **changes: str | list[str]) -> str:
    """Return the address with the filters as given, but for the changes; the page's position goes unless given."""
    query = QueryDict(mutable=True)
    for name in (*_SINGLE, *_SEVERAL, "after"):
        value = changes[name] if name in changes else "" if name == "after" else given.getlist(name)
        values = [value] if isinstance(value, str) else value
        query.setlist(name, [each for each in values if each])
    return f"?{query.urlencode()}"
