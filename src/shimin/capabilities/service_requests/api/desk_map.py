"""Requests of staff as pins in a box of the map: GeoJSON, for the desk's map and for other systems' maps."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from django.http import HttpResponse
from ninja import Query, Schema

from shimin.capabilities.service_requests.api.desk import DeskFilter
from shimin.capabilities.service_requests.api.routes import router
from shimin.capabilities.service_requests.public import list_pins, read_box
from shimin.kernel import clock
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import Staff


class PointOut(Schema):
    """Longitude and latitude in degrees of WGS 84."""

    type: Literal["Point"]
    coordinates: list[float]


class FeatureOut(Schema):
    """A request at its point. `properties`: request_id, number, kind, state, title, address, is_emergency, is_late."""

    type: Literal["Feature"]
    geometry: PointOut
    properties: dict[str, Any]


class FeatureCollectionOut(Schema):
    """GeoJSON. `is_too_many`: more than `most` requests are in the box, so none is told; ask for a smaller one."""

    type: Literal["FeatureCollection"]
    is_too_many: bool
    most: int
    features: list[FeatureOut]


@router.get(
    "/desk/request-map", auth=Staff(), operation_id="map_desk_requests", response=FeatureCollectionOut,
    summary="Requests in the caller's grants that lie in a box of the map, as GeoJSON",
)  # fmt: skip
def get_desk_request_map(
    request: Request, asked: Query[DeskFilter], box: Annotated[str, Query(max_length=200)]
) -> HttpResponse:
    now = clock.now()
    found = list_pins(request.actor, box=read_box(box), wanted=asked.wanted(now), roles=asked.roles)
    response = HttpResponse(orjson.dumps(found.as_geojson(now)), content_type="application/geo+json")
    response.headers["Cache-Control"] = "private, no-store"
    return response
