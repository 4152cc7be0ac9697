"""Logs: one JSON line per fact in serving processes, readable lines elsewhere; never personal data.

Facts are logged by code and id. As a second net, keys known to be personal lose their value, ID numbers and phones
inside any text are masked, and an exception leaves its type and place but not its words, which may quote a person.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any, Protocol

import orjson
import structlog

from shimin.kernel import clock

# What a person is called, reached or known by; what opens an account; what somebody sent.
PERSONAL_KEYS = frozenset(
    {
        *("name", "phone", "id_number", "email", "address", "plate", "bank_card"),
        *("password", "token", "cookie"),
        *("subject", "payload", "body", "query"),
    }
)
_REMOVED = "[removed]"
_ID_NUMBER = re.compile(r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")

Event = MutableMapping[str, Any]


class Process(Protocol):
    """What logging needs to know of the configuration."""

    @property
    def process(self) -> str: ...

    @property
    def debug(self) -> bool: ...


class _Output:
    """Where serving processes write their request lines; None elsewhere."""

    direct: structlog.BytesLogger | None = None


_log = structlog.get_logger("shimin.web")


def configure(config: Process) -> None:
    """Set up structlog and the standard library's loggers for this process; safe to call again."""
    is_serving = config.process != "owner" and not config.debug
    _Output.direct = structlog.BytesLogger() if is_serving else None
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        remove_personal,
    ]
    if config.process == "owner":
        shared.insert(0, drop_quiet)
    readable = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    ending: list[Any] = [describe_exception, render_json] if is_serving else [readable]
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory() if is_serving else structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=is_serving,
    )
    _configure_standard_library(shared, is_serving)


def log_request(*, id: str, method: str, route: str, status: int, ms: float) -> None:
    """Write a request's line, in serving processes straight to the output.

    It holds nothing that could be personal, and structlog's way would be the dearest part of a small request.
    """
    line: dict[str, Any] = {"id": id, "method": method, "route": route, "status": status, "ms": ms}
    if _Output.direct is None:
        _log.info("request", **line)
    else:
        line |= {"event": "request", "level": "info", "timestamp": clock.now().isoformat()}
        _Output.direct.info(orjson.dumps(line))


def drop_quiet(logger: Any, method: str, event: Event) -> Event:
    """Keep commands silent about what goes as it should."""
    if method in ("debug", "info"):
        raise structlog.DropEvent
    return event


def remove_personal(logger: Any, method: str, event: Event) -> Event:
    """Take the values of personal keys away and mask numbers of people in texts."""
    for key, value in event.items():
        if key in PERSONAL_KEYS:
            event[key] = _REMOVED
        elif type(value) is str:
            event[key] = mask_numbers(value)
        elif isinstance(value, Mapping | list | tuple) and key != "exc_info":  # described by its places, see below
            event[key] = mask_numbers(repr(value))
    return event


def mask_numbers(text: str) -> str:
    """Replace ID numbers and mobile phones in ``text``."""
    if len(text) < 11:
        return text
    return _PHONE.sub("[phone]", _ID_NUMBER.sub("[id number]", text))


def describe_exception(logger: Any, method: str, event: Event) -> Event:
    """Replace exc_info by the exception's type and the places it passed."""
    given = event.pop("exc_info", None)
    error = sys.exception() if given is True else given
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["exception"] = type(error).__qualname__
        event["trace"] = places_of(error.__traceback__)
        if error.__cause__ is not None:
            event["cause"] = type(error.__cause__).__qualname__
    return event


def places_of(trace: TracebackType | None) -> list[str]:
    """Return "module file:line function" of each frame, the innermost last."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)[-20:]]


def render_json(logger: Any, method: str, event: Event) -> bytes:
    """Return the line; what JSON does not know is written as text."""
    return orjson.dumps(event, default=str)


class _JsonFormatter(logging.Formatter):
    """Lines of libraries in the same form as ours; a record's arguments are masked like everything else."""

    def __init__(self, processors: list[Any]) -> None:
        super().__init__()
        self._processors = processors

    def format(self, record: logging.LogRecord) -> str:
        event: Event = {"event": record.getMessage(), "logger": record.name}
        if record.exc_info:
            event["exc_info"] = record.exc_info
        for processor in self._processors:
            event = processor(None, record.levelname.lower(), event)
        return render_json(None, "", describe_exception(None, "", event)).decode()


def _configure_standard_library(processors: list[Any], is_serving: bool) -> None:
    handler = logging.StreamHandler(sys.stdout if is_serving else sys.stderr)
    handler.setFormatter(
        _JsonFormatter(processors) if is_serving else logging.Formatter("%(levelname)s %(name)s: %(message)s")
    )
    root = logging.getLogger()
    for old in [old for old in root.handlers if getattr(old, "is_shimins", False)]:
        root.removeHandler(old)
    handler.is_shimins = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    # Each request has its own line; Django's would name the address and, for a 5xx, quote the exception.
    logging.getLogger("django.request").setLevel(logging.ERROR)
