"""Words over a city's home that everybody should see now: an alert, a closed hall. Usually there are none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Band:
    """One message; ``tone`` "bad" is for danger to people."""

    title: str
    text: str
    tone: Literal["plain", "attention", "bad"] = "attention"
    url: str = ""


Provider = Callable[[str, datetime], Iterable[Band]]

_providers: list[Provider] = []


def register_bands(provider: Provider) -> None:
    """Add a provider, called with the city's code and now. An app does this when it starts."""
    if provider not in _providers:
        _providers.append(provider)


def bands_for(region_code: str, now: datetime) -> list[Band]:
    """Return what the city should see now, danger first."""
    bands = [band for provider in _providers for band in provider(region_code, now)]
    return sorted(bands, key=lambda band: ("bad", "attention", "plain").index(band.tone))
