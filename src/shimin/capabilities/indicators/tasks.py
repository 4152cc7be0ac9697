"""Jobs of the indicators that come round by themselves."""

from __future__ import annotations

from shimin.capabilities.indicators.public import forget_old_use
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every


@every(86_400, "indicators.forget_old_use")
def forget_old() -> None:
    """Keep counts of use for three years."""
    forget_old_use(clock.now())
