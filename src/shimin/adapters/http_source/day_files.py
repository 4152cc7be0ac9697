"""Billers' day files over the signed protocol: both ways are records, so the answers are signed."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shimin.adapters.http_source.directory import REGISTERS
from shimin.capabilities.enquiries.ports import RecordQuery, RecordSource
from shimin.capabilities.payments.ports import BillerFinding, FileDifference, FileTooLarge
from shimin.kernel.calls.client import AnswerUnreadable

LARGEST_PACKED = 60_000  # characters: the systems take 64 KiB a request
_PURPOSE = "与收费单位按日核对销账"
_FINDING = ("line", "bill_number", "difference", "booked_fen", "told_fen")


class HttpBillerFiles:
    """See ``payments.ports.BillerFiles``."""

    def __init__(self, source: RecordSource) -> None:
        self._source = source

    def fetch(self, *, system: str, utility: str, day: date) -> bytes:
        """Fetch the biller's file of a day."""
        params = {"utility": utility, "day": day.isoformat()}
        rows = self._ask(system, "day-file", params, ("content", "encoding", "sha256", "lines"))
        if len(rows) != 1:
            raise AnswerUnreadable(system, "no one day file")
        try:
            content = base64.b64decode(str(rows[0].get("content")), validate=True)
        except binascii.Error:
            raise AnswerUnreadable(system, "the day file is no base64") from None
        if hashlib.sha256(content).hexdigest() != rows[0].get("sha256"):
            raise AnswerUnreadable(system, "the day file is not the one whose hash it names")
        return content

    def check(self, *, system: str, utility: str, day: date, content: bytes) -> tuple[BillerFinding, ...]:
        """Let the biller read our file of a day."""
        packed = base64.b64encode(gzip.compress(content, mtime=0)).decode()
        if len(packed) > LARGEST_PACKED:
            raise FileTooLarge
        params = {
            "utility": utility, "day": day.isoformat(), "content": packed,
            "sha256": hashlib.sha256(content).hexdigest(),
        }  # fmt: skip
        return tuple(_finding(system, row) for row in self._ask(system, "day-file-check", params, _FINDING))

    def _ask(
        self, system: str, record: str, params: Mapping[str, Any], fields: Sequence[str]
    ) -> Sequence[Mapping[str, Any]]:
        query = RecordQuery(
            record=record, request_id=secrets.token_hex(16), purpose=_PURPOSE, legal_basis="", consent_id=None,
            subject=None, params=params, fields=list(fields),
        )  # fmt: skip
        answer = self._source.fetch(REGISTERS[system], query)
        return answer.records if answer.found else ()


def _finding(system: str, row: Mapping[str, Any]) -> BillerFinding:
    line, bill, sums = row.get("line"), row.get("bill_number"), (row.get("booked_fen"), row.get("told_fen"))
    if not isinstance(line, str) or not isinstance(bill, str) or len(line) > 40 or len(bill) > 40:
        raise AnswerUnreadable(system, "a finding names no line")
    if not all(each is None or (type(each) is int and 0 <= each < 10**12) for each in sums):
        raise AnswerUnreadable(system, "a finding has an odd sum")
    try:
        kind = FileDifference(str(row.get("difference")))
    except ValueError:
        raise AnswerUnreadable(system, "a finding of no known kind") from None
    return BillerFinding(line, bill, kind, *sums)
