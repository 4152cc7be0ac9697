"""Take one message of a bulk file: its own name in the file makes it one request for good, however often it comes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection

from shimin.capabilities.catalogue.public import city_of, has_region
from shimin.capabilities.service_requests.domain.danger import is_danger
from shimin.capabilities.service_requests.domain.deadlines import term_for
from shimin.capabilities.service_requests.domain.filing import Filing, read_phone, read_place, read_words
from shimin.capabilities.service_requests.domain.kinds import RequestKind, kind_in
from shimin.capabilities.service_requests.handles import import_hash
from shimin.capabilities.service_requests.models import ImportedMessage
from shimin.capabilities.service_requests.operations.filing import file_for_another
from shimin.capabilities.service_requests.ports import Place
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import InvalidInput
from shimin.kernel.ids import new_id

LONGEST_MESSAGE = 20_000  # letters come in bulk that nobody would type into the box
LONGEST_KEY = 200
CHANNEL = "import"
_STILL_URGENT = timedelta(days=1)
_AHEAD = timedelta(minutes=10)  # clocks of two systems differ


class ImportOutcome(StrEnum):
    """What became of a message: taken now, taken before, or taken before with other words (and left as it was)."""

    IMPORTED = "imported"
    REPEATED = "repeated"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Message:
    """One message, checked. ``key`` is its name within ``source``; the clock runs from ``posted_at``."""

    filing: Filing
    source: str
    key: str
    posted_at: datetime
    account_id: int | None = None


def read_message(
    *,
    city_code: str,
    source: str,
    key: str,
    words: str,
    posted_at: datetime,
    now: datetime,
    kind: RequestKind | None = None,
    place: Place | None = None,
    phone: str = "",
) -> Message:
    """Check one message and return it tidied. Danger to life counts for a day: older ones alarm nobody. No database.

    Raises:
        InvalidInput: ``fields`` says what is wrong with it.
    """
    faults: dict[str, str] = {}
    name = key.strip()
    if not name or len(name) > LONGEST_KEY:
        faults["id"] = f"没有编号，或超过{LONGEST_KEY}字。"
    if posted_at > now + _AHEAD:
        faults["posted_at"] = "时间在将来。"
    text, where, contact = "", Place(), ""
    try:
        text = read_words(words, longest=LONGEST_MESSAGE)
        where = read_place(place or Place(), None)
        contact = read_phone(phone)
    except InvalidInput as wrong:
        faults |= wrong.fields or {"words": wrong.message}
    if where.region_code and not has_region(where.region_code):
        faults["district"] = "没有这个区县代码。"
    if not has_region(city_code):
        faults["city"] = "没有这个城市。"
    urgent = is_danger(text) and now - posted_at < _STILL_URGENT
    said = kind or kind_in(text)
    try:
        term_for(city_code=city_code, kind=said, is_emergency=urgent, now=posted_at)
    except ValueError:
        faults["posted_at"] = "那一天还没有办理时限的规定（deadlines.csv）。"
    if faults:
        raise InvalidInput(fields=faults)
    filing = Filing(
        city_code=city_of(city_code).code, kind=said, words=text, place=where, is_emergency=urgent,
        contact_phone=contact,
    )  # fmt: skip
    return Message(filing, source, name, posted_at)


def import_message(*, message: Message, now: datetime) -> tuple[ImportOutcome, int]:
    """File a message once for good; return what became of it and its request's id. Idempotent by (source, key)."""
    hashed = import_hash(message.filing.city_code, message.source, message.key)
    request_id, print_ = new_id(), _fingerprint(message.filing)
    with scope(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO service_requests_imported (hash, request_id, fingerprint, imported_at) "
                "VALUES (%s, %s, %s, %s) ON CONFLICT (hash) DO NOTHING",
                [hashed, request_id, print_, now],
            )
            is_new = cursor.rowcount == 1
        if not is_new:
            known = ImportedMessage.objects.get(hash=hashed)
            same = bytes(known.fingerprint) == print_
            return ImportOutcome.REPEATED if same else ImportOutcome.CHANGED, int(known.request_id)
        file_for_another(
            filing=message.filing, request_id=request_id, account_id=message.account_id, channel=CHANNEL,
            now=message.posted_at,
        )  # fmt: skip
    return ImportOutcome.IMPORTED, request_id


def known_messages(messages: Iterable[Message]) -> Mapping[str, ImportOutcome]:
    """Return which of some messages (by key) were imported before: one question for many lines."""
    asked = {import_hash(each.filing.city_code, each.source, each.key): each for each in messages}
    with scope(SYSTEM):
        rows = ImportedMessage.objects.filter(hash__in=list(asked)).values_list("hash", "fingerprint")
        found = [(asked[bytes(hashed)], bytes(print_)) for hashed, print_ in rows]
    return {
        each.key: ImportOutcome.REPEATED if print_ == _fingerprint(each.filing) else ImportOutcome.CHANGED
        for each, print_ in found
    }


def told_to(message: Message, account_id: int) -> Message:
    """Return the message with somebody who is told of its steps."""
    return replace(message, account_id=account_id)


def _fingerprint(filing: Filing) -> bytes:
    return hashlib.sha256(filing.words.encode()).digest()
