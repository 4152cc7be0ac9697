"""The catalogue's JSON routes: public reads without a session, and findings."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Status
from pydantic import StringConstraints

from shimin.capabilities.catalogue import public as catalogue
from shimin.capabilities.catalogue.api.item_json import card_json, item_json
from shimin.capabilities.catalogue.api.schemas import (
    AgencyOut,
    Audience,
    CardOut,
    FeedbackIn,
    FeedbackOut,
    ItemOut,
    KnownPlaceOut,
    NearIn,
    RegionCode,
    RegionOut,
    SearchOut,
    Slug,
    Tab,
    ThemeOut,
)
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS, Actor
from shimin.kernel.rate import LocalBucket
from shimin.kernel.web.api import Page, Public, decode_cursor, encode_cursor

router = Router()
_searches = LocalBucket(limit=60, per_seconds=20)

Text = Annotated[str, StringConstraints(max_length=100)]
Limit = Annotated[int, Query(ge=1, le=100)]
Code = Annotated[RegionCode, Path()]


@router.get("/regions", auth=Public(), operation_id="list_regions", response=list[RegionOut])
def list_regions(request: HttpRequest, q: Text = "", parent: RegionCode | None = None, limit: Limit = 100) -> Any:
    """Find regions by name, pinyin or initials; without ``q`` those below ``parent``, or the provinces."""
    if q:
        return catalogue.find_regions(q, limit=limit)
    return catalogue.list_cities(parent)


@router.get("/regions/{region_code}", auth=Public(), operation_id="get_region", response=RegionOut)
def get_region(request: HttpRequest, region_code: Code) -> Any:
    """Return one region."""
    return catalogue.get_region(region_code)


@router.get("/regions/{region_code}/agencies", auth=Public(), operation_id="list_agencies", response=list[AgencyOut])
def list_agencies(request: HttpRequest, region_code: Code) -> Any:
    """Return the agencies of a region."""
    return catalogue.list_agencies(catalogue.get_region(region_code).code)


@router.get(
    "/known-places", auth=Public(), operation_id="list_known_places", response=list[KnownPlaceOut],
    summary="Places of a city that people know by name, at most 200; of a district, or with a text in the name",
)  # fmt: skip
def list_known_places(
    request: HttpRequest, city_code: RegionCode, region_code: RegionCode | None = None, q: Text = ""
) -> Any:
    _searches.take(str(request.META.get("REMOTE_ADDR", "")))
    city = catalogue.city_of(city_code).code
    return list(catalogue.list_known_places(city_code=city, region_code=region_code or "", name=q.strip()))


@router.post(
    "/known-places/nearby", auth=Public(), operation_id="list_nearby_places", response=list[KnownPlaceOut],
    summary="The places of a city nearest to a position, at most 12 within 40 km",
)  # fmt: skip
def list_nearby_places(request: HttpRequest, body: NearIn) -> Any:
    _searches.take(str(request.META.get("REMOTE_ADDR", "")))
    city = catalogue.city_of(body.city_code).code
    return list(catalogue.list_nearby_places(city_code=city, lng=body.lng, lat=body.lat))


@router.get("/themes/{audience}", auth=Public(), operation_id="list_themes", response=list[ThemeOut])
def list_themes(request: HttpRequest, audience: Audience) -> Any:
    """Return the national themes of one side."""
    return catalogue.list_themes(audience)


@router.get("/regions/{region_code}/items", auth=Public(), operation_id="list_items", response=Page[CardOut])
def list_items(
    request: HttpRequest,
    region_code: Code,
    tab: Tab | None = None,
    theme: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")] | None = None,
    audience: Audience | None = None,
    after: Text | None = None,
    limit: Limit = 50,
) -> Any:
    """Return the items a region shows, page by page."""
    start = decode_cursor(after, int)[0] if after else None
    cards = catalogue.list_items(
        region_code, tab=tab, theme=theme, audience=audience, after=start, limit=limit + 1, now=clock.now()
    )
    following = encode_cursor(cards[limit - 1].item_id) if len(cards) > limit else None
    return {"items": [card_json(card) for card in cards[:limit]], "next": following}


@router.get("/regions/{region_code}/items/{slug}", auth=Public(), operation_id="get_item", response=ItemOut)
def get_item(request: HttpRequest, region_code: Code, slug: Annotated[Slug, Path()]) -> Any:
    """Return one item with its published document. Send ``If-None-Match`` to get 304 while it is the same."""
    return item_json(request, region_code, slug)


@router.get("/regions/{region_code}/search", auth=Public(), operation_id="search_items", response=SearchOut)
def search_items(
    request: HttpRequest,
    region_code: Code,
    q: Annotated[str, StringConstraints(min_length=1, max_length=100)],
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Any:
    """Find items by what people type: words, pinyin, initials, whole sentences."""
    _searches.take(request.META.get("REMOTE_ADDR", ""))
    found = catalogue.search_items(region_code, q, limit, now=clock.now())
    return {
        "items": [card_json(card) for card in found.cards], "corrected": found.corrected,
        "synonyms": found.synonyms, "elsewhere": found.elsewhere,
    }  # fmt: skip


@router.post("/regions/{region_code}/feedback", auth=Public(), operation_id="add_feedback", response={201: FeedbackOut})
def add_feedback(request: HttpRequest, region_code: Code, payload: FeedbackIn) -> Any:
    """Tell what is wrong with an item or page (大家来找茬). Anybody may, ten times an hour."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    feedback_id = catalogue.add_feedback(
        actor=actor, region_code=region_code, slug=payload.slug, fault=payload.fault, text=payload.text,
        page=payload.page, address=request.META.get("REMOTE_ADDR", ""), now=clock.now(),
    )  # fmt: skip
    return Status(201, {"feedback_id": feedback_id})
