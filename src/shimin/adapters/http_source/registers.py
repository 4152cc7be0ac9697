"""The registers that prove a real name: population, and one more that gave the person a number."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from shimin.adapters.http_source.directory import REGISTERS
from shimin.capabilities.enquiries.ports import RecordAnswer, RecordQuery, RecordSource, VerifiedSubject
from shimin.capabilities.identity.ports import PaperCheck, PaperStatus
from shimin.capabilities.identity.public import CompanyCheck, PersonCheck, PersonStatus, SecondSource
from shimin.kernel.calls.client import AnswerUnreadable
from shimin.kernel.values.papers import Paper, PaperKind

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

    def check_paper(self, name: str, paper: Paper, valid_until: date | None) -> PaperCheck:
        """Ask the exit-entry part of the police register."""
        params = {
            "document": str(paper.kind), "birth_date": paper.birth_date.isoformat(),
            "issuer": paper.issuer or None, "valid_until": valid_until.isoformat() if valid_until else None,
        }  # fmt: skip
        answer = self._ask(
            "population", "travel-paper-check", name, paper.number,
            {name: value for name, value in params.items() if value}, ["matches", "status"], document=paper.kind,
        )  # fmt: skip
        if not answer.found or not answer.records or answer.records[0].get("matches") is not True:
            return PaperCheck(matches=False)
        try:
            return PaperCheck(matches=True, status=PaperStatus(str(answer.records[0].get("status"))))
        except ValueError:
            raise AnswerUnreadable("population", "unknown status") from None

    def check_second(
        self, kind: SecondSource, name: str, id_number: str, value: str, *, document: PaperKind = PaperKind.ID_CARD
    ) -> bool:  # fmt: skip
        """Ask the register of ``kind`` whether it gave ``value`` to this person."""
        system, record, param = _SECOND[kind]
        answer = self._ask(system, record, name, id_number, {param: value}, ["matches"], document=document)
        return answer.found and any(row.get("matches") is True for row in answer.records)

    def is_child(self, name: str, id_number: str, child_name: str, child_id_number: str) -> bool:
        """Ask the population register for the first one's family; it answers with masked numbers."""
        fields = ["relation", "name", "id_number_masked", "birth_date"]
        answer = self._ask("population", "family", name, id_number, {}, fields)
        born = f"{child_id_number[6:10]}-{child_id_number[10:12]}-{child_id_number[12:14]}"
        return any(
            row.get("relation") == "child"
            and row.get("name") == child_name
            and row.get("birth_date") == born
            and _fits(str(row.get("id_number_masked")), child_id_number)
            for row in answer.records
        )

    def check_legal_person(
        self, name: str, id_number: str, credit_code: str, *, document: PaperKind = PaperKind.ID_CARD
    ) -> CompanyCheck:  # fmt: skip
        """Ask the business register."""
        params, fields = {"credit_code": credit_code}, ["matches", "name", "status"]
        answer = self._ask(
            "market-regulation", "legal-person-check", name, id_number, params, fields,
            document=document,
        )  # fmt: skip
        row = answer.records[0] if answer.found and answer.records else {}
        if row.get("matches") is not True:
            return CompanyCheck(is_legal_person=False)
        return CompanyCheck(True, name=str(row.get("name")), is_operating=row.get("status") == "operating")

    def check_bank_card(
        self, name: str, id_number: str, card_number: str, phone: str, *, document: PaperKind = PaperKind.ID_CARD
    ) -> bool:  # fmt: skip
        """Ask the clearing house."""
        params = {"bank_card": card_number, "phone": phone}
        answer = self._ask(
            "bank-cards", "four-element-check", name, id_number, params, ["matches"],
            document=document,
        )  # fmt: skip
        return answer.found and any(row.get("matches") is True for row in answer.records)

    def _ask(
        self, system: str, record: str, name: str, id_number: str, params: Mapping[str, Any], fields: list[str],
        *, document: str = PaperKind.ID_CARD,
    ) -> RecordAnswer:  # fmt: skip
        query = RecordQuery(
            record=record, request_id=secrets.token_hex(16), purpose=_PURPOSE, legal_basis=_LAW, consent_id=None,
            subject=VerifiedSubject(name, id_number, document), params=params, fields=fields,
        )  # fmt: skip
        return self._source.fetch(REGISTERS[system], query)


def _fits(masked: str, number: str) -> bool:
    """Tell whether a masked number can be the whole one: same length, same visible characters."""
    return len(masked) == len(number) and all(
        shown in ("*", digit) for shown, digit in zip(masked, number, strict=True)
    )
