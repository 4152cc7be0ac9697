"""What follows from others' events: counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shimin.capabilities.indicators.domain.use import COUNTED
from shimin.capabilities.indicators.public import count_use
from shimin.kernel.events import Delivery, on_batch


@on_batch(*COUNTED)
def on_use(told: Sequence[tuple[Any, Delivery]]) -> None:
    """Count what people did."""
    count_use(told)
