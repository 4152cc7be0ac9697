"""The desk's line of the indicators."""

from __future__ import annotations

from shimin.capabilities.indicators.public import ANALYST, POLLSTER
from shimin.capabilities.service_requests.public import SUPERVISOR
from shimin.kernel.actor import Actor
from shimin.ui.desk import Queue, register_queue, register_roles

register_roles({ANALYST: "指标分析员", POLLSTER: "征求意见经办"})


def _uncounted(actor: Actor) -> None:
    """Figures are looked at, not worked off."""


register_queue(Queue("indicators.use", "使用情况", "chart-column", "indicators:desk_use", ANALYST, _uncounted))
register_queue(Queue("indicators.polls", "征求意见", "vote", "indicators:desk_polls", POLLSTER, _uncounted))
register_queue(Queue("indicators.board", "督查看板", "gauge", "indicators:desk_board", SUPERVISOR, _uncounted))
