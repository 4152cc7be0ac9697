"""The number under which a gateway knows one try to pay an order. It names city and order: a notify finds its way."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"([0-9]{6})([0-9]{17,19})([0-9]{2})")
MOST_TRIES = 99


@dataclass(frozen=True, slots=True)
class TradeNumber:
    """City (6 digits), order (17 to 19), try (2)."""

    city_code: str
    order_id: int
    attempt: int

    def __str__(self) -> str:
        return f"{self.city_code}{self.order_id}{self.attempt:02d}"


def parse_trade_number(text: str) -> TradeNumber | None:
    """Return the parts, None when it is no number of ours."""
    match = _FORM.fullmatch(text) if text.isascii() else None
    return TradeNumber(match[1], int(match[2]), int(match[3])) if match else None
