"""The installation's list of insults, read anew when the file has changed, and words as people other than their writer
read them.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import structlog
from django.conf import settings

from shimin.capabilities.service_requests.domain.insults import (
    FILE_NAME,
    SHIPPED,
    Insults,
    InsultsUnreadable,
    read_insults,
)
from shimin.capabilities.service_requests.domain.personal_data import mask_personal_data

log = structlog.get_logger("shimin.service_requests")


def insults() -> Insults:
    """Return the list; a city's own file that cannot be read is logged, and the shipped one counts."""
    own = Path(settings.SHIMIN.rules_dir) / FILE_NAME
    path = own if own.exists() else SHIPPED
    try:
        return _read_once(path, path.stat().st_mtime_ns)
    except InsultsUnreadable as broken:
        log.error("service_requests.insults_unreadable", fault=str(broken))
        return _read_once(SHIPPED, 0)


def mask_insults(words: str) -> str:
    """Return the words with insults blotted out, for who has to work on them."""
    return insults().mask(words)


def mask_for_others(words: str) -> str:
    """Return the words with insults and what belongs to people blotted out, for everybody."""
    return mask_personal_data(insults().mask(words))


@lru_cache(maxsize=4)
def _read_once(path: Path, stamp: int) -> Insults:
    return read_insults(path)
