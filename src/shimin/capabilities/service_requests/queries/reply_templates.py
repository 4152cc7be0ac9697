"""The installation's templates of answers, read anew when the file has changed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import structlog
from django.conf import settings

from shimin.capabilities.service_requests.domain.reply_templates import (
    FILE_NAME,
    SHIPPED,
    ReplyTemplate,
    TemplatesUnreadable,
    read_templates,
)

log = structlog.get_logger("shimin.service_requests")


def list_reply_templates() -> tuple[ReplyTemplate, ...]:
    """Return the templates; a city's own file that cannot be read is logged, and the shipped ones are shown."""
    own = Path(settings.SHIMIN.rules_dir) / FILE_NAME
    path = own if own.exists() else SHIPPED
    try:
        return _read_once(path, path.stat().st_mtime_ns)
    except TemplatesUnreadable as broken:
        log.error("service_requests.reply_templates_unreadable", fault=str(broken))
        return _read_once(SHIPPED, 0)


@lru_cache(maxsize=4)
def _read_once(path: Path, stamp: int) -> tuple[ReplyTemplate, ...]:
    return read_templates(path)
