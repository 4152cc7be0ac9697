"""Jobs of the indicators that come round by themselves."""

from __future__ import annotations

from shimin.capabilities.indicators.public import forget_old_use, forget_voters, send_weekly, watch_bands
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


@every(600, "indicators.watch_bands")
def watch() -> None:
    """Tell of figures that have left their bands, or come back."""
    watch_bands(clock.now())


@every(1_800, "indicators.send_weekly")
def write_weekly() -> None:
    """Send Monday's letters."""
    send_weekly(clock.now())
