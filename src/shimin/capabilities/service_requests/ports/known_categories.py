"""Categories that the way of filing has decided already, so that nobody has to read the words for them."""

from __future__ import annotations

from collections.abc import Callable

from shimin.capabilities.service_requests.domain.matters import Matter

# (request id, city code, channel, matter) → category, "" where the source knows none. In the worker's scope.
KnownCategory = Callable[[int, str, str, Matter], str]

_sources: list[KnownCategory] = []


def register_known_category(source: KnownCategory) -> None:
    """Add a source; an app does this when it starts."""
    if source not in _sources:
        _sources.append(source)


def known_category(request_id: int, city_code: str, channel: str, matter: Matter) -> str:
    """Return the category that is known of a request; "" when its words have to be read."""
    found = (source(request_id, city_code, channel, matter) for source in _sources)
    return next((each for each in found if each), "")
