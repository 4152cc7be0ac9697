"""Programs that send anything at all to the API get an answer, never a fault of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from requests import Session
from requests.adapters import HTTPAdapter
from schemathesis import Case
from schemathesis.schemas import APIOperation

from tests.journeys.stack import Demo

SNAPSHOT = Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi.json"
SCHEMA = schemathesis.openapi.from_dict(json.loads(SNAPSHOT.read_text()))
OPERATIONS: dict[str, APIOperation[Any, Any, Any, Any]] = {
    operation.definition.raw["operationId"]: operation
    for operation in (result.ok() for result in SCHEMA.get_all_operations())
}
# They would end the session that the other calls are made with.
ENDS_SESSION = {"sign_out", "end_other_sessions", "end_session"}
# They count how often the account tries, and other journeys need its tries.
COUNTS_TRIES = {"accept_mandate", "look_at_mandate_offer", "prove_bank_card"}


class _Elsewhere(HTTPAdapter):
    """Calls from another address of this machine, so that the limits they reach are not those of other journeys."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, source_address=("127.0.0.2", 0), **options)


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Session]:
    """A client at an address of its own."""
    with Session() as session:
        session.mount("http://", _Elsewhere())
        yield session


def test_describes_many_operations():
    assert len(OPERATIONS) > 20


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_answers_whatever_it_is_sent(demo: Demo, token: str, elsewhere: Session, name: str):
    bearer = None if name in ENDS_SESSION | COUNTS_TRIES else {"Authorization": f"Bearer {token}"}

    @settings(
        max_examples=15, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=OPERATIONS[name].as_strategy())
    def send(case: Case) -> None:
        answer = case.call(base_url=demo.url, headers=bearer, session=elsewhere)
        assert answer.status_code < 500, f"{case.as_curl_command()}\n{answer.text}"
        if answer.status_code >= 400:
            assert answer.headers["content-type"][0].startswith("application/problem+json"), answer.headers
            assert answer.json()["code"], answer.text

    send()
