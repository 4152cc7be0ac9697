"""Write-offs: two people, the ledger, nothing twice, nothing that has changed meanwhile."""

from __future__ import annotations

import re
from itertools import count

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.payments.models import LedgerEntry
from shimin.capabilities.payments.public import SameTwoEyes, settle_due_lines
from shimin.capabilities.payments.reconciliation.models import Difference, WriteOff
from shimin.capabilities.payments.reconciliation.public import (
    DifferenceChanged,
    DifferenceClosed,
    NotToWriteOff,
    WriteOffDecided,
    WriteOffProposed,
    decide_write_off,
    import_statement,
    list_write_offs,
    propose_write_off,
    reconcile_day,
)
from shimin.capabilities.payments.tests.factories import pay
from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound
from shimin.kernel.testing import officer

pytestmark = pytest.mark.django_db
CITY, DAY = "430100", local_date(NOW)
AT = NOW.astimezone(CHINA).replace(tzinfo=None).isoformat(sep=" ")
FIRST = officer("payments.finance", account_id=31, region_code=CITY)
SECOND = officer("payments.finance", account_id=32, region_code=CITY)
ELSEWHERE = officer("payments.finance", account_id=33, region_code="430200")
_logins = count(1)


def told(till, *lines: str) -> None:
    import_statement(
        actor=SYSTEM, city_code=CITY, gateway_code=till.code, day=DAY, content="\n".join(lines).encode(), now=NOW
    )
    reconcile_day(actor=SYSTEM, city_code=CITY, gateway_code=till.code, day=DAY, now=NOW)


def balance(account: str) -> int:
    return LedgerEntry.objects.filter(account=account).aggregate(fen=Sum("amount_fen"))["fen"] or 0


@pytest.fixture
def wrong(keeper, till):
    """The gateway says 100 fen less than we have booked."""
    order = pay(till, keeper.owe("v1", 20_000))
    settle_due_lines(NOW)
    capture = order.order_id
    number = next(iter(till.receipts.values()))
    told(till, f"{number.trade_no},{number.out_trade_no},,19900,{AT}")
    found = Difference.objects.get(difference_kind="wrong_amount")
    assert found.order_id == capture
    return found


def propose(found, actor=FIRST, words="支付机构书面答复：手续费差额，追不回") -> int:
    return propose_write_off(actor=actor, difference_id=found.id, words=words, now=NOW)


def test_two_people_bring_the_ledger_to_what_the_gateway_says(till, wrong):
    write_off = propose(wrong)
    wrong.refresh_from_db()
    assert wrong.state == "open"
    decide_write_off(actor=SECOND, write_off_id=write_off, agree=True, now=NOW)
    wrong.refresh_from_db()
    assert (wrong.state, wrong.way, wrong.closed_by_id) == ("closed", "written_off", 32)
    assert (balance(f"gateway:{till.code}"), balance("write_off")) == (19_900, 100)
    entries = LedgerEntry.objects.filter(document=f"write_off:{write_off}")
    assert {each.entry_kind for each in entries} == {"write_off"}
    assert WriteOff.objects.get().transaction_id == entries[0].transaction_id
    reconcile_day(actor=FIRST, city_code=CITY, gateway_code=till.code, day=DAY, now=NOW)
    assert not Difference.objects.filter(state="open").exists()


def test_money_nobody_explains_is_found(keeper, till):
    told(till, f"X1,not-ours,,900,{AT}")
    write_off = propose(Difference.objects.get())
    decide_write_off(actor=SECOND, write_off_id=write_off, agree=True, now=NOW)
    assert (balance(f"gateway:{till.code}"), balance("write_off")) == (900, -900)


def test_nobody_agrees_to_their_own_not_even_in_the_database(wrong):
    write_off = propose(wrong)
    with pytest.raises(SameTwoEyes):
        decide_write_off(actor=FIRST, write_off_id=write_off, agree=True, now=NOW)
    with pytest.raises(SameTwoEyes):
        decide_write_off(actor=FIRST, write_off_id=write_off, agree=False, now=NOW)
    for changes in (
        {"stage": "agreed", "decided_by_id": 31, "decided_at": NOW, "transaction_id": 1},
        {"stage": "agreed", "decided_at": NOW, "transaction_id": 1},
        {"stage": "agreed", "decided_by_id": 32, "decided_at": NOW},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            WriteOff.objects.filter(id=write_off).update(**changes)
    assert balance("write_off") == 0


def test_once_proposed_once_decided(wrong):
    write_off = propose(wrong)
    with pytest.raises(WriteOffProposed):
        propose(wrong, SECOND)
    decide_write_off(actor=SECOND, write_off_id=write_off, agree=False, now=NOW)
    with pytest.raises(WriteOffDecided):
        decide_write_off(actor=SECOND, write_off_id=write_off, agree=True, now=NOW)
    again = propose(wrong)
    decide_write_off(actor=SECOND, write_off_id=again, agree=True, now=NOW)
    with pytest.raises(DifferenceClosed):
        propose(wrong)
    assert balance("write_off") == 100


def test_what_has_changed_meanwhile_is_not_booked(till, wrong):
    write_off = propose(wrong)
    number = next(iter(till.receipts.values()))
    told(till, f"{number.trade_no},{number.out_trade_no},,19800,{AT}")
    with pytest.raises(DifferenceChanged):
        decide_write_off(actor=SECOND, write_off_id=write_off, agree=True, now=NOW)
    told(till, f"{number.trade_no},{number.out_trade_no},,20000,{AT}")
    with pytest.raises(DifferenceClosed):
        decide_write_off(actor=SECOND, write_off_id=write_off, agree=True, now=NOW)
    decide_write_off(actor=SECOND, write_off_id=write_off, agree=False, now=NOW)
    assert balance("write_off") == 0


def test_only_money_on_one_side_can_be_written_off(keeper, till, wrong):
    keeper.is_down = True
    pay(till, keeper.owe("v2", 5))
    settle_due_lines(NOW)
    reconcile_day(actor=SYSTEM, city_code=CITY, gateway_code=till.code, day=DAY, now=NOW)
    with pytest.raises(NotToWriteOff):
        propose(Difference.objects.get(difference_kind="not_settled"))
    for words in (" ", "长" * 301):
        with pytest.raises(InvalidInput):
            propose(wrong, words=words)


def test_strangers_see_and_change_nothing(wrong):
    write_off = propose(wrong)
    for actor in (ELSEWHERE, officer("payments.finance", account_id=34, agency_id=77, region_code=CITY)):
        with pytest.raises(NotFound):
            propose(wrong, actor)
        with pytest.raises(NotFound):
            decide_write_off(actor=actor, write_off_id=write_off, agree=True, now=NOW)
        assert list_write_offs(actor=actor, city_code=CITY, waiting=True) == []
    with pytest.raises(Forbidden):
        propose(wrong, officer("payments.teller", account_id=51, region_code=CITY))
    with (
        scope(SECOND),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE reconciliation_write_off SET amount_fen = 1")


def test_pages_take_a_write_off_from_one_officer_to_another(wrong, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    first, second = Client(), Client()
    for browser in (first, second):
        login = f"write-off-{next(_logins)}"
        browser.cookies["shimin_desk"] = make_officer("payments.finance", login=login, region_code=CITY).token
    page = f"/desk/payments/days/{DAY}"
    address = f"/desk/payments/differences/{wrong.id}/write-off"
    assert address in first.get(page).content.decode()
    assert first.post(address, {"words": ""}).status_code == 422
    assert first.post(address, {"words": "追不回"}).status_code == 302
    assert first.post(address, {"words": "追不回"}).status_code == 409
    assert "待复核" in first.get(page).content.decode()
    assert "要由另一位财务人员复核" in first.get("/desk/payments/write-offs").content.decode()
    text = second.get("/desk/payments/write-offs").content.decode()
    (decide,) = re.findall(r'action="([^"]*decide[^"]*)"', text)
    assert first.post(decide, {"agree": "1"}).status_code == 403
    assert second.post(decide, {"agree": "1"}).status_code == 302
    assert second.post(decide, {"agree": "1"}).status_code == 409
    assert "已核销" in second.get("/desk/payments/write-offs", {"state": "decided"}).content.decode()
    assert "两人复核后核销" in first.get(page).content.decode()
