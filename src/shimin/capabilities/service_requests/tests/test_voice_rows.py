"""Recordings by SQL, as the web's roles: heard by the filer and staff of the request, used once, by their sender."""

from __future__ import annotations

import psycopg
import pytest

from shimin.capabilities.service_requests.models import RequestVoice, ServiceRequest
from shimin.capabilities.service_requests.tests.factories import CITY, LIGHTS, RESIDENT, ROADS
from shimin.capabilities.service_requests.tests.test_row_security import receipt as receipt
from shimin.capabilities.service_requests.tests.test_row_security import web
from shimin.kernel.ids import new_id

OFFICER = {"roles": "service_requests.officer", "agencies": LIGHTS, "regions": CITY}


def keep(request_id: int | None, account_id: int | None) -> int:
    """Keep a recording's row without a file."""
    step = ServiceRequest.objects.get(id=request_id).steps.latest("version").id if request_id else None
    return RequestVoice.objects.create(
        id=new_id(), city_code=CITY, request_id=request_id, step_id=step, account_id=account_id, digest="a" * 64,
        seconds=1.0, size_bytes=1, sent_at=ServiceRequest.objects.latest("id").filed_at,
    ).id  # fmt: skip


def heard(connection) -> set[int]:
    return {row[0] for row in connection.execute("SELECT id FROM service_requests_voice").fetchall()}


def test_recordings_are_heard_with_the_request_and_waiting_ones_by_nobody(receipt):
    own = keep(receipt.request_id, RESIDENT.account_id)
    keep(None, RESIDENT.account_id)
    with web(account=RESIDENT.account_id) as connection:
        assert heard(connection) == {own}
    for account in ("", 702):
        with web(account=account) as connection:
            assert heard(connection) == set()
    with web("staff", account=911, **OFFICER) as connection:
        assert heard(connection) == {own}
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM service_requests_voice")
    with web("staff", account=911, **{**OFFICER, "agencies": ROADS}) as connection:
        assert heard(connection) == set()


def test_a_waiting_one_is_put_to_ones_own_request_only(receipt):
    mine, theirs = keep(None, 701), keep(None, 702)
    step = ServiceRequest.objects.get(id=receipt.request_id).steps.earliest("version").id
    attach = "SELECT service_requests_attach_voices(%s, %s, %s, %s)"
    for account, voice, most, done in ((702, theirs, 9, -1), (701, theirs, 9, 0), (701, mine, 0, -2), (701, mine, 9, 1),
                                       (701, mine, 9, 0)):  # fmt: skip
        with web(account=account) as connection:
            assert connection.execute(attach, [receipt.request_id, step, [voice], most]).fetchone() == (done,)
    with web(account=702) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE service_requests_voice SET request_id = %s", [receipt.request_id])
    with web(account=702) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(
            "INSERT INTO service_requests_voice (id, city_code, account_id, digest, seconds, size_bytes, sent_at)"
            " VALUES (1, '430100', 701, 'a', 1, 1, now())"
        )
