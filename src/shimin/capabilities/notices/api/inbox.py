"""JSON routes of the inbox."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Router, Schema
from pydantic import Field

from shimin.capabilities.notices.domain import Way
from shimin.capabilities.notices.operations.forwarding import choose_way
from shimin.capabilities.notices.operations.reading import mark_read
from shimin.capabilities.notices.queries import NoticeView, list_notices, way_of
from shimin.kernel import clock
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, Page, SignedIn, decode_cursor, encode_cursor

router = Router()


class NoticeOut(Schema):
    """A message as its recipient reads it; `url` is a path of this site or empty."""

    notice_id: IdText
    title: str
    text: str
    icon: str
    url: str
    created_at: datetime
    is_read: bool


@router.get("/me/notices", auth=SignedIn(), operation_id="list_notices", response=Page[NoticeOut], summary="我的消息")
def get_notices(
    request: Request,
    after: Annotated[str | None, Field(max_length=100)] = None,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
) -> dict[str, object]:
    """List messages, newest first."""
    before_id = decode_cursor(after, int)[0] if after else None
    rows = list_notices(request.actor, before_id=before_id, limit=limit + 1)
    more = encode_cursor(rows[limit - 1].notice_id) if len(rows) > limit else None
    return {"items": rows[:limit], "next": more}


class WaysBody(Schema):
    """How new messages are told of: `inbox` not at all, `at_once` by a text, `daily` by one text each morning."""

    way: Way


@router.get(
    "/me/notices/way", auth=SignedIn(), operation_id="get_notice_way", response=WaysBody, summary="新消息怎么告诉我"
)
def get_way(request: Request) -> dict[str, Way]:
    """Return how the caller is told of messages."""
    return {"way": way_of(request.actor)}


@router.put(
    "/me/notices/way", auth=SignedIn(), operation_id="choose_notice_way", response=WaysBody,
    summary="选新消息怎么告诉我",
)  # fmt: skip
def put_way(request: Request, body: WaysBody) -> dict[str, Way]:
    """Choose how to be told of messages; the same again changes nothing."""
    choose_way(actor=request.actor, way=body.way, now=clock.now())
    return {"way": body.way}


@router.post(
    "/me/notices/{notice_id}/read", auth=SignedIn(), operation_id="mark_notice_read", response=NoticeOut,
    summary="标为已读",
)  # fmt: skip
def post_read(request: Request, notice_id: IdText) -> NoticeView:
    """Mark one message as read."""
    return mark_read(actor=request.actor, notice_id=int(notice_id), now=clock.now())
