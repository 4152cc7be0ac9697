"""What the catalogue's routes take and give."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from shimin.capabilities.catalogue.operations.feedback import LONGEST_TEXT
from shimin.kernel.web.api import IdText

RegionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Audience = Literal["natural", "legal"]
Tab = Literal["driver", "health", "government", "travel", "general"]


class RegionOut(Schema):
    """An administrative division (区划). The point is WGS-84."""

    code: str
    name: str
    short_name: str
    level: str
    parent_code: str
    pinyin: str
    initials: str
    lng: float | None
    lat: float | None


class KnownPlaceOut(Schema):
    """A place that people know by name; `kind` is a word such as 公园. WGS-84. `metres`: from where was asked."""

    place_id: IdText
    region_code: str
    name: str
    kind: str = Field(alias="sort")
    lng: float
    lat: float
    is_demo: bool
    metres: int | None


class NearIn(Schema):
    """Where somebody is (WGS-84): in the body, so that no address keeps it. Nothing is noted."""

    city_code: RegionCode
    lng: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


class AgencyOut(Schema):
    """An agency (实施主体)."""

    id: IdText
    region_code: str
    slug: str
    name: str
    short_name: str
    uscc: str
    is_demo: bool
    phone: str


class CardOut(Schema):
    """An item in a list."""

    item_id: IdText
    region_code: str
    slug: str
    name: str
    summary: str
    agency: str
    agency_name: str
    icon: str
    tab: str
    service_class: str
    audience: str
    assurance_level: int
    online: str
    stars: int
    status: str
    status_words: str
    demo: bool


class ItemOut(CardOut):
    """An item with its published document (docs/reference/service-yaml.md); texts are Chinese or {zh, en}."""

    version_id: IdText
    version: int
    service: dict[str, Any]


class SearchOut(Schema):
    """What a request found; ``corrected`` is how it was understood, "" when as typed."""

    items: list[CardOut]
    corrected: str
    synonyms: list[str]
    elsewhere: list[RegionOut]


class ThemeOut(Schema):
    """A national theme (主题分类)."""

    code: str
    name: str


class FeedbackIn(Schema):
    """A finding about an item (or, without ``slug``, about a page)."""

    slug: Slug | None = None
    fault: Literal["wrong", "unclear", "broken", "missing", "other"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]
    page: Annotated[str, StringConstraints(max_length=200)] = ""


class FeedbackOut(Schema):
    """The finding's id."""

    feedback_id: IdText
