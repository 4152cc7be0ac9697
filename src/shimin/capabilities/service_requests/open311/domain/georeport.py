"""What a city offers to Open311 clients, and how the standard's words map to ours.

Source: Open311 GeoReport v2 (services, service definitions, statuses, times, the span of 90 days); FixMyStreet's update
extension.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.states import OPEN_STATES, RequestState
from shimin.kernel.errors import InvalidInput

CHANNEL = "open311"
FILE_NAME = "open311_services.yaml"
SHIPPED = Path(__file__).parents[1] / "data" / FILE_NAME
LONGEST_SPAN = timedelta(days=90)
MOST_LISTED = 1_000
# A place is told to strangers to about a hundred metres: what was filed may be somebody's door.
PUBLIC_DECIMALS = 3
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})")
_CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")
_LONGEST_VALUE = 500


class Datatype(StrEnum):
    """What an attribute takes."""

    STRING = "string"
    NUMBER = "number"
    DATETIME = "datetime"
    TEXT = "text"
    ONE_OF = "singlevaluelist"
    SOME_OF = "multivaluelist"


class OpenStatus(StrEnum):
    """The standard's two statuses."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One more question of a service. ``values``: key and name of each choice."""

    code: str
    description: str
    datatype: Datatype
    is_required: bool
    help: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OpenService:
    """One kind of request that clients may file. ``is_general``: it stands for its category."""

    code: str
    name: str
    description: str
    group: str
    category: str
    kind: RequestKind
    keywords: tuple[str, ...]
    is_general: bool
    attributes: tuple[Attribute, ...]


class ServicesUnreadable(ValueError):
    """The file of services cannot be used; the text says what and where."""


def read_services(path: Path) -> tuple[OpenService, ...]:
    """Return the services of a file, in its order.

    Raises:
        ServicesUnreadable: the file is missing, malformed or contradicts itself.
    """
    try:
        rows = yaml.safe_load(path.read_text("utf-8"))
        services = tuple(_service(row) for row in rows)
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ServicesUnreadable(f"{path}: {type(error).__name__}: {error}") from None
    codes = [each.code for each in services]
    general = [each.category for each in services if each.is_general]
    if len(set(codes)) < len(codes) or len(set(general)) < len(general) or "" not in general:
        raise ServicesUnreadable(
            f"{path}: codes and general categories must be different, and one general service needs category ''."
        )
    return services


def status_of(state: RequestState) -> OpenStatus:
    """Return the standard's status of a state."""
    return OpenStatus.OPEN if state in OPEN_STATES else OpenStatus.CLOSED


def states_of(statuses: Sequence[str]) -> list[str]:
    """Return the states that statuses ("open", "closed"; none: both) stand for.

    Raises:
        InvalidInput: another word.
    """
    if set(statuses) - set(OpenStatus):
        raise InvalidInput(fields={"status": "status 只有 open 和 closed。"})
    return [str(state) for state in RequestState if not statuses or status_of(state) in statuses]


def read_time(name: str, text: str) -> datetime | None:
    """Return a W3C time with its zone, None when nothing was said.

    Raises:
        InvalidInput: it is none, or without a zone.
    """
    if not text:
        return None
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(fields={name: f"{name} 要写成 2026-11-28T08:00:00+08:00 这样的时间，带时区。"}) from None


def read_span(start: str, end: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the span ``[from, to)`` that two parameters mean: by default the last ninety days.

    Raises:
        InvalidInput: no times, the wrong way round, or more than ninety days.
    """
    starts, ends = read_time("start_date", start), read_time("end_date", end)
    try:
        if starts is None:
            ends = ends or now
            starts = ends - LONGEST_SPAN
        elif ends is None:
            ends = min(starts + LONGEST_SPAN, now) if starts < now else starts
    except OverflowError:
        raise InvalidInput(fields={"start_date": "时间超出了范围。"}) from None
    if starts > ends or ends - starts > LONGEST_SPAN:
        raise InvalidInput(fields={"end_date": "end_date 要在 start_date 之后，最多隔90天。"})
    return starts, ends + timedelta(microseconds=1)  # the end itself counts


def words_with(service: OpenService, description: str, given: Mapping[str, Sequence[str]]) -> str:
    """Return the words of a request: what was written, then each attribute on a line of its own.

    Raises:
        InvalidInput: a required attribute is missing, a value does not fit, or the service has no such attribute.
    """
    known = {each.code: each for each in service.attributes}
    faults = {f"attribute[{code}]": f"“{service.name}”没有这一项。" for code in given if code not in known}
    lines = []
    for each in service.attributes:
        said = [value.strip() for value in given.get(each.code, ()) if value.strip()]
        fault = _fault_of(each, said)
        if fault:
            faults[f"attribute[{each.code}]"] = fault
        elif said:
            names = dict(each.values)
            lines.append(f"{each.description}：{'、'.join(names.get(value, value) for value in said)}")
    if faults:
        raise InvalidInput(fields=faults)
    first = description.strip() or f"{service.name}。"
    return "\n".join([first, *lines])


def _fault_of(attribute: Attribute, said: Sequence[str]) -> str:
    if not said:
        return f"请填写{attribute.description}。" if attribute.is_required else ""
    if len(said) > 1 and attribute.datatype is not Datatype.SOME_OF:
        return "只能填一个。"
    if any(len(value) > _LONGEST_VALUE for value in said):
        return f"最多{_LONGEST_VALUE}字。"
    if attribute.values and not set(said) <= {key for key, _ in attribute.values}:
        return f"只能从 {'、'.join(key for key, _ in attribute.values)} 里选。"
    if attribute.datatype is Datatype.NUMBER and not re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,9})?", said[0], re.ASCII):
        return "请填数字。"
    if attribute.datatype is Datatype.DATETIME:
        try:
            read_time(attribute.code, said[0])
        except InvalidInput as wrong:
            return next(iter(wrong.fields.values()))
    if attribute.datatype is Datatype.STRING and "\n" in said[0]:
        return "不能换行。"
    return ""


def _service(row: dict[str, Any]) -> OpenService:
    if not _CODE.fullmatch(row["code"]):
        raise ValueError(f"code {row['code']!r} is no lower-case word with hyphens")
    kind = RequestKind(row["kind"])
    if kind is RequestKind.REPORT:
        raise ValueError(f"{row['code']}: reports (举报) are never told to strangers, so clients cannot file them")
    return OpenService(
        code=row["code"], name=row["name"], description=row["description"], group=row["group"],
        category=row["category"], kind=kind, keywords=tuple(row.get("keywords", ())),
        is_general=bool(row.get("is_general", False)),
        attributes=tuple(_attribute(each) for each in row.get("attributes", ())),
    )  # fmt: skip


def _attribute(row: dict[str, Any]) -> Attribute:
    datatype = Datatype(row["datatype"])
    values = tuple((str(key), str(name)) for key, name in row.get("values", {}).items())
    if bool(values) != (datatype in (Datatype.ONE_OF, Datatype.SOME_OF)):
        raise ValueError(f"attribute {row['code']}: lists have values, others have none")
    return Attribute(
        row["code"], row["description"], datatype, bool(row.get("required", False)), row.get("help", ""), values
    )
