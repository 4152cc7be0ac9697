"""Acts at departments, over the same signed protocol as records: tell of a payment, take it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shimin.adapters.http_source.clients import Clients
from shimin.adapters.http_source.records import read_answer, request_body
from shimin.capabilities.enquiries.ports import RecordQuery, SourceSystem
from shimin.capabilities.payments.ports import ActAnswer
from shimin.kernel.calls.client import AnswerUnreadable

_PURPOSE = "缴款结果通知"
_LAW = "《中华人民共和国行政处罚法》第六十七条（收缴分离）"
_FIELDS = ["outcome", "reason", "receipt"]


class HttpPaymentReporter:
    """See ``payments.ports.PaymentReporter``."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def perform(self, system: SourceSystem, act: str, *, line: str, params: Mapping[str, Any]) -> ActAnswer:
        """Tell the department and return its proved answer."""
        query = RecordQuery(
            record=act, request_id=line, purpose=_PURPOSE, legal_basis=_LAW, consent_id=None, subject=None,
            params={"line": line, **params}, fields=_FIELDS,
        )  # fmt: skip
        answer = read_answer(system.name, self._clients.of(system).post(f"/acts/{act}", request_body(query)).body)
        row = answer.records[0] if len(answer.records) == 1 else {}
        receipt, reason = row.get("receipt"), row.get("reason")
        match row.get("outcome"):
            case "accepted" if isinstance(receipt, str) and len(receipt) <= 60:
                return ActAnswer(True, receipt=receipt)
            case "refused" if isinstance(reason, str) and len(reason) <= 60:
                return ActAnswer(False, reason=reason)
        raise AnswerUnreadable(system.name, "an act was neither accepted nor refused")
