"""Jobs of the indicators that come round by themselves."""

from __future__ import annotations

from shimin.capabilities.indicators.public import forget_old_use, forget_voters
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every


@every(86_400, "indicators.forget_old_use")
def forget_old() -> None:
    """Keep counts of use for three years."""
    forget_old_use(clock.now())


@every(86_400, "indicators.forget_voters")
def forget_poll_voters() -> None:
    """Keep who took part in a poll for a month after its end."""
    forget_voters(clock.now())
