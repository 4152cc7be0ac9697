"""The registers that prove a real name: population, and one more that gave the person a number."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from shimin.adapters.http_source.directory import REGISTERS
from shimin.capabilities.enquiries.ports import RecordAnswer, RecordQuery, RecordSource, VerifiedSubject
from shimin.capabilities.identity.public import PersonCheck, PersonStatus, SecondSource
from shimin.kernel.calls.client import AnswerUnreadable

_PURPOSE = "核实本人真实姓名"
_LAW = "《中华人民共和国网络安全法》第二十四条（真实身份信息）"

# The second registers: system, record, and the name under which it takes its number.
_SECOND: Mapping[SecondSource, tuple[str, str, str]] = {
    SecondSource.SOCIAL_CARD: ("human-resources", "social-card-check", "card_number"),
    SecondSource.LICENCE: ("traffic-police", "licence-check", "file_number"),
    SecondSource.FUND_ACCOUNT: ("housing-fund", "fund-account-check", "account_number"),
}


class HttpIdentitySource:
    """See ``identity.ports.IdentitySource``."""

    def __init__(self, source: RecordSource) -> None:
        self._source = source

    def check_person(self, name: str, id_number: str) -> PersonCheck:
        """Ask the population register."""
        answer = self._ask("population", "identity-check", name, id_number, {}, ["matches", "status"])
        if not answer.found or not answer.records or answer.records[0].get("matches") is not True:
            return PersonCheck(matches=False)
        try:
            return PersonCheck(matches=True, status=PersonStatus(str(answer.records[0].get("status"))))
        except ValueError:
            raise AnswerUnreadable("population", "unknown status") from None

    def check_second(self, kind: SecondSource, name: str, id_number: str, value: str) -> bool:
        """Ask the register of ``kind`` whether it gave ``value`` to this person."""
        system, record, param = _SECOND[kind]
        answer = self._ask(system, record, name, id_number, {param: value}, ["matches"])
        return answer.found and any(row.get("matches") is True for row in answer.records)

    def _ask(
        self, system: str, record: str, name: str, id_number: str, params: Mapping[str, Any], fields: list[str]
    ) -> RecordAnswer:
        query = RecordQuery(
            record=record, request_id=secrets.token_hex(16), purpose=_PURPOSE, legal_basis=_LAW, consent_id=None,
            subject=VerifiedSubject(name, id_number), params=params, fields=fields,
        )  # fmt: skip
        return self._source.fetch(REGISTERS[system], query)
