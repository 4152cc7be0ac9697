"""Which events are use, and along which dimensions each is counted. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from shimin.capabilities.enquiries.public import RecordLookedUp
from shimin.capabilities.payments.public import OrderCaptured, OrderPlaced, OrderRefunded
from shimin.capabilities.service_requests.public import RequestFiled, RequestMoved
from shimin.kernel.channels import CHANNELS
from shimin.kernel.clock import CHINA
from shimin.kernel.events import DomainEvent


class Dimension(StrEnum):
    """Along what a count is taken: the act, the service, the agency, the hour of the day, the way of paying, the app
    that showed the page (or what else an act came through), the district that a request is about."""

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
# Payments are services, too: what they are for (``OrderPlaced.purpose``), as keys of ``Dimension.SERVICE``.
PURPOSES = {
    "pay.debt": "缴罚款等待缴款项", "pay.bill": "缴水电气等账单", "pay.top_up": "给卡充值", "pay.due": "凭缴款码缴款",
    "pay.counter": "在窗口缴款", "pay.auto_pay": "自动缴费", "pay.invited": "替别人代付",
}  # fmt: skip
ONLINE_PAYMENTS = PURPOSES.keys() - {"pay.counter"}
# Through what an act was begun: the apps, a teller's counter, the platform itself on somebody's mandate.
WAYS = {**CHANNELS, "counter": "窗口", "system": "自动办理"}
COUNTED: tuple[type[DomainEvent], ...] = (
    RecordLookedUp, OrderPlaced, OrderCaptured, OrderRefunded, RequestFiled, RequestMoved,
)  # fmt: skip
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
            along = [(Dimension.ACT, act), *further, *(_begun(event, local.hour) if stage is UseStage.STARTED else ())]
            for dimension, key in along:
                yield Cell(event.city_code, local.date(), dimension, key, stage)


def _begun(event: Any, hour: int) -> list[tuple[Dimension, str]]:
    """Return what is counted of an act's beginning only; events of before these were told say "" and are left out."""
    told = [
        (Dimension.CHANNEL, getattr(event, "channel", "")),
        (Dimension.DISTRICT, getattr(event, "region_code", "")),
    ]
    return [(Dimension.HOUR, str(hour)), *((dimension, key) for dimension, key in told if key)]


def _acts(event: Any) -> Iterator[tuple[str, list[UseStage], list[tuple[Dimension, str]]]]:
    match event:
        case RecordLookedUp():
            stages = [UseStage.STARTED, UseStage.FINISHED] if event.outcome in _ANSWERED else [UseStage.STARTED]
            yield "look_up", stages, [(Dimension.SERVICE, str(event.item_id)), (Dimension.AGENCY, str(event.agency_id))]
        case OrderPlaced():
            yield "pay", [UseStage.STARTED], _paid(event)
        case OrderCaptured():
            # Of an order that was placed before placing was told, its capture is the only trace.
            stages = [UseStage.FINISHED] if event.purpose else [UseStage.STARTED, UseStage.FINISHED]
            yield "pay", stages, [(Dimension.GATEWAY, event.gateway), *_paid(event)]
        case OrderRefunded() if event.is_whole:
            yield "pay", [UseStage.REVERSED], []
        case RequestFiled():
            yield "ask", [UseStage.STARTED], []
        case RequestMoved() if event.after == "answered" and event.before != "answered":
            yield "ask", [UseStage.FINISHED], [(Dimension.AGENCY, str(event.agency_id))] if event.agency_id else []
        case _:
            return


def _paid(event: OrderPlaced | OrderCaptured) -> list[tuple[Dimension, str]]:
    """Return what a payment was for: an order to two agencies is one act, and counts with each of them."""
    service = [(Dimension.SERVICE, f"pay.{event.purpose}")] if event.purpose else []
    return [*service, *((Dimension.AGENCY, str(agency_id)) for agency_id in event.agency_ids)]
