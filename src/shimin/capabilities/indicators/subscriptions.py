"""What follows from others' events: counts, and the green account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from shimin.capabilities.indicators.domain.use import COUNTED
from shimin.capabilities.indicators.public import count_use, credit_payment, reverse_payment, tell_weekly_report
from shimin.capabilities.payments.public import OrderCaptured, OrderRefunded
from shimin.capabilities.service_requests.supervision.public import WeeklyReportMade
from shimin.kernel import clock
from shimin.kernel.events import Delivery, on, on_batch


@on_batch(*COUNTED)
def on_use(told: Sequence[tuple[Any, Delivery]]) -> None:
    """Count what people did."""
    count_use(told)


@on(OrderCaptured)
def on_order_captured(event: OrderCaptured, delivery: Delivery) -> None:
    """Book what paying online saved."""
    credit_payment(order_id=event.order_id, occurred_at=delivery.occurred_at)


@on(OrderRefunded)
def on_order_refunded(event: OrderRefunded, delivery: Delivery) -> None:
    """Book it back when all of the money went back."""
    if event.is_whole:
        reverse_payment(order_id=event.order_id, occurred_at=delivery.occurred_at)


@on(WeeklyReportMade)
def on_weekly_report_made(event: WeeklyReportMade, delivery: Delivery) -> None:
    """Write to who wants to know."""
    # At the present: a letter is void a day after it was written.
    tell_weekly_report(city_code=event.city_code, week_starts=date.fromisoformat(event.week_starts), now=clock.now())
