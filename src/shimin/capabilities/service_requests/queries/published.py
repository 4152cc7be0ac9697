"""Published answers, for everybody: title, answer and picked photos; nothing else of the request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db import connection

from shimin.capabilities.service_requests.queries.insults import mask_for_others
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound
from shimin.kernel.files import RenditionName


@dataclass(frozen=True, slots=True)
class PublishedPhoto:
    """A photo that was picked for everybody; pixels of the large picture."""

    photo_id: int
    large: str
    small: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PublishedAnswer:
    """What everybody may read of an answered request."""

    request_id: int
    city_code: str
    title: str
    answer: str
    agency_id: int | None
    published_at: datetime
    photos: tuple[PublishedPhoto, ...]


def get_published_answer(actor: Actor, request_id: int) -> PublishedAnswer:
    """Return a published answer. One statement.

    Raises:
        NotFound: there is none of this id.
    """
    with scope(actor), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM service_requests_published(%s)", [request_id])
        row = cursor.fetchone()
    if row is None:
        raise NotFound("没有找到这条公开的答复。")
    city_code, title, answer, agency_id, published_at, photos = row
    listed = orjson.loads(photos) if isinstance(photos, str) else photos
    return PublishedAnswer(
        request_id, city_code, mask_for_others(title), mask_for_others(answer), agency_id, published_at,
        tuple(PublishedPhoto(int(number), *rest) for number, *rest in listed),
    )  # fmt: skip


def get_published_photo(actor: Actor, request_id: int, photo_id: int, size: RenditionName) -> str:
    """Return the digest of a photo of a published answer.

    Raises:
        NotFound: it is none of those that were picked.
    """
    for photo in get_published_answer(actor, request_id).photos:
        if photo.photo_id == photo_id:
            return photo.large if size is RenditionName.LARGE else photo.small
    raise NotFound("没有找到这张照片。")
