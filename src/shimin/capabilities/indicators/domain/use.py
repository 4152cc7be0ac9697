"""Which events are use, and along which dimensions each is counted. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from shimin.capabilities.enquiries.public import RecordLookedUp
from shimin.capabilities.payments.public import OrderCaptured, OrderRefunded
from shimin.capabilities.service_requests.public import RequestFiled, RequestMoved
from shimin.kernel.clock import CHINA
from shimin.kernel.events import DomainEvent


class Dimension(StrEnum):
    """Along what a count is taken: the act, the service, the agency, the hour of the day, the way of paying, the app
    that showed the page, the district that a request is about."""

    ACT = "act"
    SERVICE = "service"
    AGENCY = "agency"
    HOUR = "hour"
    GATEWAY = "gateway"
    CHANNEL = "channel"
    DISTRICT = "district"


class UseStage(StrEnum):
    """What became of an act: begun, finished, or taken back after it was finished."""

    STARTED = "started"
    FINISHED = "finished"
    REVERSED = "reversed"


ACTS = {"look_up": "查询", "pay": "缴费", "ask": "诉求"}
COUNTED: tuple[type[DomainEvent], ...] = (RecordLookedUp, OrderCaptured, OrderRefunded, RequestFiled, RequestMoved)
_ANSWERED = frozenset({"found", "empty"})


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One cell of the counts."""

    city_code: str
    day: date
    dimension: str
    key: str
    stage: str


def cells_of(event: Any, occurred_at: datetime) -> Iterator[Cell]:
    """Yield the cells that an event adds one to; the day is the event's own, in China, however late it comes."""
    local = occurred_at.astimezone(CHINA)
    for act, stages, further in _acts(event):
        for stage in stages:
            along = {Dimension.ACT: act, **further, **(_begun(event, local.hour) if stage == stages[0] else {})}
            for dimension, key in along.items():
                yield Cell(event.city_code, local.date(), dimension, key, stage)


def _begun(event: Any, hour: int) -> dict[Dimension, str]:
    """Return what is counted of an act's beginning only; events of before these were told say "" and are left out."""
    told = {
        Dimension.CHANNEL: getattr(event, "channel", ""),
        Dimension.DISTRICT: getattr(event, "region_code", ""),
    }
    return {Dimension.HOUR: str(hour), **{dimension: key for dimension, key in told.items() if key}}


def _acts(event: Any) -> Iterator[tuple[str, list[UseStage], dict[Dimension, str]]]:
    match event:
        case RecordLookedUp():
            stages = [UseStage.STARTED, UseStage.FINISHED] if event.outcome in _ANSWERED else [UseStage.STARTED]
            yield "look_up", stages, {Dimension.SERVICE: str(event.item_id), Dimension.AGENCY: str(event.agency_id)}
        case OrderCaptured():
            # No event tells of a payment begun and given up; one that came in was begun.
            yield "pay", [UseStage.STARTED, UseStage.FINISHED], {Dimension.GATEWAY: event.gateway}
        case OrderRefunded() if event.is_whole:
            yield "pay", [UseStage.REVERSED], {}
        case RequestFiled():
            yield "ask", [UseStage.STARTED], {}
        case RequestMoved() if event.after == "answered" and event.before != "answered":
            yield "ask", [UseStage.FINISHED], {Dimension.AGENCY: str(event.agency_id)} if event.agency_id else {}
        case _:
            return
