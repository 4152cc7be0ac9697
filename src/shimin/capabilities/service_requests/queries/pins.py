"""Requests of a queue as pins in a box of the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from shimin.capabilities.service_requests.domain.boxes import Box
from shimin.capabilities.service_requests.queries.queues import (
    QueueFilter,
    all_of,
    columns,
    conditions_of,
    line_of,
    order_of,
    scopes_of,
    values_of,
)
from shimin.capabilities.service_requests.queries.rows import STAFF_ROLES
from shimin.capabilities.service_requests.queries.views import QueueLine
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope

MOST_PINS = 4_000
# Of the queue's states in the box, before the other filters: what is read to find the pins.
_MOST_IN_BOX = 20_000


@dataclass(frozen=True, slots=True)
class Pin:
    """A request with the point it is at."""

    line: QueueLine
    lng: float
    lat: float


@dataclass(frozen=True, slots=True)
class PinMap:
    """The pins of a box in the queue's order; ``is_too_many``: more than ``MOST_PINS``, so there are none at all."""

    pins: tuple[Pin, ...]
    is_too_many: bool = False

    def as_geojson(self, now: datetime) -> dict[str, Any]:
        """Return a FeatureCollection (RFC 7946) with ``is_too_many`` and ``most`` beside the features."""
        features = [_feature(pin, now) for pin in self.pins]
        return {
            "type": "FeatureCollection", "is_too_many": self.is_too_many, "most": MOST_PINS, "features": features,
        }  # fmt: skip


def list_pins(actor: Actor, *, box: Box, wanted: QueueFilter, roles: Sequence[str] = STAFF_ROLES) -> PinMap:
    """Return the requests of a queue that have a point in the box. Two statements; whoever filed stays unknown.

    The index of cells answers through a function of the owner, as the one of addresses does.

    Raises:
        Forbidden: the actor holds none of the roles.
    """
    scopes = scopes_of(actor, roles)
    states = list(map(str, wanted.states))
    calls = ", ".join("service_requests_in_box(%s, %s, %s, %s, %s, %s, %s, %s)" for _ in scopes)
    edges = (box.west, box.south, box.east, box.north)
    arguments = [value for agency_id, city in scopes for value in (*edges, city, agency_id, states, _MOST_IN_BOX + 1)]
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", arguments)
        found: Sequence[list[int] | None] = cursor.fetchone() or ()
        if any(ids is not None and len(ids) > _MOST_IN_BOX for ids in found):
            return PinMap((), is_too_many=True)
        conditions = [("r.id = ANY(%s)", [[each for ids in found for each in ids or ()]]), *conditions_of(wanted)]
        cursor.execute(
            f"SELECT {columns()}, r.lng, r.lat FROM service_requests_request r WHERE {all_of(conditions)} "  # noqa: S608 - names only
            f"ORDER BY {order_of(wanted, 'r.')} LIMIT {MOST_PINS + 1}",
            values_of(conditions),
        )
        rows = cursor.fetchall()
    if len(rows) > MOST_PINS:
        return PinMap((), is_too_many=True)
    return PinMap(tuple(Pin(line_of(row[:-2]), row[-2], row[-1]) for row in rows))


def _feature(pin: Pin, now: datetime) -> dict[str, Any]:
    line = pin.line
    is_late = line.is_clock_running and line.ended_at is None and line.due_at <= now
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [pin.lng, pin.lat]},
        "properties": {
            "request_id": str(line.request_id), "number": line.number, "kind": line.kind, "state": line.state,
            "title": line.title, "address": line.address, "is_emergency": line.is_emergency, "is_late": is_late,
        },
    }  # fmt: skip
