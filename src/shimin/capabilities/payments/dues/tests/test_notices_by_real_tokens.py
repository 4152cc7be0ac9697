"""A payment notice issued with a token that the token endpoint gave: nothing of the sign-in is replaced."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client as Browser

from shimin.capabilities.payments.dues.api import callers
from shimin.capabilities.payments.dues.models import PaymentNotice
from shimin.capabilities.sign_on.models import Client
from shimin.capabilities.sign_on.tests.conftest import at  # noqa: F401 (fixture)
from shimin.capabilities.sign_on.tests.test_machines import Machine
from shimin.kernel.clock import local_date

pytestmark = pytest.mark.django_db
SCOPE = "traffic-police:payment_notices"


def test_a_token_of_the_own_scope_issues_until_the_system_is_suspended(at, monkeypatch):  # noqa: F811
    agency = SimpleNamespace(id=77, name="长沙市公安局交通警察支队", slug="traffic-police")
    monkeypatch.setattr(callers, "list_agencies", lambda region_code: [agency])
    machine = Machine(at)
    own = Client.objects.filter(id=machine.client.id)
    own.update(machine_scopes=[SCOPE, "tax:bills.read"], agency_id=77, city_code="430100")
    right = machine.token(scope=SCOPE).json()["access_token"]
    wrong = machine.token(scope="tax:bills.read").json()["access_token"]

    def issue(token: str):
        wish = {
            "item_code": "103043310", "title": "驾驶人考试费", "payer_name": "周晓敏", "amount_fen": 13_000,
            "last_day": (local_date(at.now) + timedelta(days=15)).isoformat(),
        }  # fmt: skip
        return Browser().post(
            "/api/v1/machines/traffic-police/payment-notices", wish, content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip

    assert issue(wrong).status_code == 401
    made = issue(right)
    assert made.status_code == 201, made.content
    assert PaymentNotice.objects.get().issued_by_id == machine.client.id
    # A token of a system opens no session of a person.
    assert Browser().get("/api/v1/me/orders", headers={"Authorization": f"Bearer {right}"}).status_code == 401
    own.update(state="suspended")
    assert issue(right).status_code == 401
    own.update(state="approved")
    at.now += timedelta(minutes=11)
    assert issue(right).status_code == 401
