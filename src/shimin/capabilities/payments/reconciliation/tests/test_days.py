"""A day reconciled: what agrees, what does not, how each ends, and the close of the day."""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta
from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer, make_resident
from shimin.capabilities.payments.models import Attempt, Capture, LedgerEntry, Refund
from shimin.capabilities.payments.public import OrderState, capture, get_order, send_due_refunds, settle_due_lines
from shimin.capabilities.payments.reconciliation.models import Difference, Statement, StatementLine
from shimin.capabilities.payments.reconciliation.public import (
    DayClosed,
    DayNotReady,
    DifferenceClosed,
    Kind,
    StatementRefused,
    Way,
    close_day,
    close_difference,
    find_close,
    gateway_days,
    import_statement,
    list_days,
    list_differences,
    list_entries,
    reconcile_day,
    settlement_for,
    treasury_file,
)
from shimin.capabilities.payments.reconciliation.queries.comparison import compare
from shimin.capabilities.payments.tests.factories import PAYER, begin, pay, place
from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound
from shimin.kernel.testing import count_statements, officer

pytestmark = pytest.mark.django_db
CITY, DAY = "430100", local_date(NOW)
AT = NOW.astimezone(CHINA).replace(tzinfo=None).isoformat(sep=" ")
TOMORROW = NOW + timedelta(days=1)
FINANCE = officer("payments.finance", account_id=31, region_code=CITY)
OF_AGENCY = officer("payments.finance", account_id=32, agency_id=77, region_code=CITY)
ELSEWHERE = officer("payments.finance", account_id=33, region_code="430200")
_logins = count(1)


def line(trade: str, ours: str, fen: int, refund: str = "", at: str = AT) -> str:
    return f"{trade},{ours},{refund},{fen},{at}"


def told(till, *lines: str, day: date = DAY, actor=SYSTEM) -> None:
    """Import a statement and reconcile the day."""
    import_statement(
        actor=actor,
        city_code=CITY,
        gateway_code=till.code,
        day=day,
        content="\n".join(lines).encode() or b"\n",
        now=NOW,
    )
    reconcile_day(actor=actor, city_code=CITY, gateway_code=till.code, day=day, now=NOW)


def right_lines() -> list[str]:
    """Return what a gateway without faults tells of everything booked."""
    lines = [line(each.trade_no, each.out_trade_no, each.amount_fen) for each in Capture.objects.order_by("id")]
    return lines + [
        line("T", each.out_trade_no, -each.amount_fen, str(each.id)) for each in Refund.objects.filter(stage="done")
    ]


def open_kinds() -> list[str]:
    return sorted(Difference.objects.filter(state="open").values_list("difference_kind", flat=True))


def test_a_day_without_faults_has_no_difference(keeper, till):
    pay(till, keeper.owe("v1"))
    pay(till, keeper.owe("v2", 333), keeper.owe("v3", 7))
    keeper.refuses = True
    settle_due_lines(NOW)
    send_due_refunds(NOW)
    told(till, *right_lines(), "foreign,1101002512345678901234501,,5," + AT)
    assert open_kinds() == []
    (ours,) = [each for each in gateway_days(actor=FINANCE, city_code=CITY, day=DAY) if each.code == till.code]
    assert (ours.ledger_in_fen, ours.statement_in_fen) == (20_340, 20_340)
    assert (ours.ledger_out_fen, ours.statement_out_fen) == (20_340, 20_340)
    assert Statement.objects.get().other_count == 1


def test_every_fault_of_a_statement_is_named(keeper, till):
    orders = [pay(till, keeper.owe(f"v{number}", 100 + number)) for number in range(4)]
    settle_due_lines(NOW)
    missing, wrong, doubled, right = right_lines()
    wrong = wrong.replace(",101,", ",102,")
    told(till, wrong, doubled, doubled, right, line("X1", "not-ours", 9), line("X2", "T", -9, "R9"))
    assert open_kinds() == ["doubled_line", "not_at_gateway", "refund_unknown", "unknown_trade", "wrong_amount"]
    by_kind = {each.kind: each for each in list_differences(actor=FINANCE, city_code=CITY, day=DAY)}
    assert (by_kind[Kind.WRONG_AMOUNT].statement_fen, by_kind[Kind.WRONG_AMOUNT].ledger_fen) == (102, 101)
    assert by_kind[Kind.NOT_AT_GATEWAY].order_id == orders[0].order_id
    assert by_kind[Kind.DOUBLED_LINE].statement_fen == 204
    assert all(each.meaning.reason and each.meaning.way_on and each.meaning.owner for each in by_kind.values())
    told(till, missing, wrong.replace(",102,", ",101,"), doubled, right)
    assert open_kinds() == []
    assert set(Difference.objects.values_list("way", flat=True)) == {"by_itself"}


def test_money_nobody_told_us_of_is_booked_from_the_statement(keeper, till):
    order_id = place(keeper.owe("v1"))
    receipt = till.pay(begin(till, order_id), NOW)
    told(till, line(receipt.trade_no, receipt.out_trade_no, 20_000))
    assert open_kinds() == ["not_settled"], "booked; the keeper is to be told yet"
    assert get_order(order_id).state is OrderState.CAPTURED
    settle_due_lines(NOW)
    reconcile_day(actor=FINANCE, city_code=CITY, gateway_code=till.code, day=DAY, now=NOW)
    assert open_kinds() == []


def test_a_second_payment_found_in_the_statement_goes_back_by_itself(keeper, till):
    """The payer paid at two cashiers; the second notify was lost."""
    order_id = place(keeper.owe("v1"))
    first = till.pay(begin(till, order_id), NOW)
    told(till, line(first.trade_no, first.out_trade_no, 20_000))
    with scope(SYSTEM):
        second_no = first.out_trade_no[:-2] + "02"
        attempt = get_order(order_id).attempts[0]
        row = Attempt.objects.get(out_trade_no=attempt.out_trade_no)
        row.pk, row.out_trade_no, row.state = row.pk + 1, second_no, "closed"
        row.save(force_insert=True)
    till.trades[second_no] = till.trades[first.out_trade_no]
    second = till.pay(second_no, NOW)
    lines = [line(each.trade_no, each.out_trade_no, 20_000) for each in (first, second)]
    settle_due_lines(NOW)
    told(till, *lines)
    assert Capture.objects.get(trade_no=second.trade_no).is_surplus
    assert open_kinds() == []
    send_due_refunds(NOW)
    refund = Refund.objects.get()
    assert (refund.stage, refund.reason) == ("done", "paid_twice")
    told(till, *lines, line(second.trade_no, second_no, -20_000, str(refund.id)))
    assert open_kinds() == []
    assert sum(LedgerEntry.objects.filter(account="surplus").values_list("amount_fen", flat=True)) == 0


def test_a_payment_over_midnight_waits_for_the_other_day(keeper, till):
    late = NOW.astimezone(CHINA).replace(hour=23, minute=59)
    order_id = place(keeper.owe("v1"), now=late)
    receipt = till.pay(begin(till, order_id, now=late), late)
    capture(actor=SYSTEM, receipt=receipt, source="notify", now=late)
    settle_due_lines(late)
    told(till)
    assert open_kinds() == ["over_midnight"]
    next_day = (late + timedelta(minutes=2)).replace(tzinfo=None).isoformat(sep=" ")
    import_statement(
        actor=SYSTEM, city_code=CITY, gateway_code=till.code, day=DAY + timedelta(days=1),
        content=line(receipt.trade_no, receipt.out_trade_no, 20_000, at=next_day).encode(), now=TOMORROW,
    )  # fmt: skip
    for day in (DAY, DAY + timedelta(days=1)):
        reconcile_day(actor=SYSTEM, city_code=CITY, gateway_code=till.code, day=day, now=TOMORROW)
    assert open_kinds() == []


def test_the_same_file_again_changes_nothing_and_a_broken_one_leaves_what_was_there(keeper, till):
    pay(till, keeper.owe("v1"))
    settle_due_lines(NOW)
    (good,) = right_lines()
    told(till, good)
    told(till, good)
    assert Statement.objects.count() == 1
    with pytest.raises(StatementRefused) as refused:
        told(till, good, "broken")
    assert refused.value.faults[0][0] == 2
    with pytest.raises(StatementRefused, match="不是"):
        told(till, good.replace(AT[:10], "2026-01-01"))
    assert Statement.objects.filter(state="current").get().line_count == 1
    assert Statement.objects.filter(state="refused").count() == 2
    told(till, good, line("X1", "not-ours", 9))
    told(till, good)
    assert Statement.objects.filter(state="current").get().line_count == 1
    assert open_kinds() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"content": b""}, "file"), ({"gateway_code": "none"}, "gateway"), ({"day": DAY + timedelta(days=2)}, "day")],
)
def test_names_what_cannot_be_imported(till, changes, field):
    given = {"actor": FINANCE, "city_code": CITY, "gateway_code": till.code, "day": DAY, "content": b"x", "now": NOW}
    with pytest.raises(InvalidInput) as wrong:
        import_statement(**{**given, **changes})
    assert set(wrong.value.fields) == {field}


def test_a_difference_ended_by_hand_opens_again_only_when_its_sums_change(keeper, till):
    told(till, line("X1", "not-ours", 9))
    (found,) = list_differences(actor=FINANCE, city_code=CITY)
    for way, words in (("by_itself", "x"), ("explained", " "), ("explained", "长" * 301), ("", "x")):
        with pytest.raises(InvalidInput):
            close_difference(actor=FINANCE, difference_id=found.difference_id, way=way, words=words, now=NOW)
    close_difference(actor=FINANCE, difference_id=found.difference_id, way="explained", words="测试交易", now=NOW)
    with pytest.raises(DifferenceClosed):
        close_difference(actor=FINANCE, difference_id=found.difference_id, way="explained", words="x", now=NOW)
    reconcile_day(actor=FINANCE, city_code=CITY, gateway_code=till.code, day=DAY, now=NOW)
    assert open_kinds() == []
    told(till, line("X1", "not-ours", 10))
    assert open_kinds() == ["unknown_trade"]


def test_a_day_closes_when_it_is_over_and_explained(keeper, till, monkeypatch):
    monkeypatch.setattr("shimin.capabilities.payments.reconciliation.queries.days.gateways", lambda: [till])
    pay(till, keeper.owe("v1"))
    pay(till, keeper.owe("v2", 50, payee_code="biller:water", payee_name="=水务", item_code="", agency_id=None))
    settle_due_lines(NOW)
    with pytest.raises(DayNotReady, match="没有结束"):
        close_day(actor=FINANCE, city_code=CITY, day=DAY, now=NOW)
    with pytest.raises(DayNotReady, match="测试支付的账单"):
        close_day(actor=FINANCE, city_code=CITY, day=DAY, now=TOMORROW)
    told(till, *right_lines(), line("X1", "not-ours", 9))
    with pytest.raises(DayNotReady, match="1条差异"):
        close_day(actor=FINANCE, city_code=CITY, day=DAY, now=TOMORROW)
    (found,) = list_differences(actor=FINANCE, city_code=CITY)
    close_difference(
        actor=FINANCE, difference_id=found.difference_id, way=str(Way.EXPLAINED), words="测试交易", now=TOMORROW
    )
    close_day(actor=FINANCE, city_code=CITY, day=DAY, now=TOMORROW)
    with pytest.raises(DayClosed):
        close_day(actor=FINANCE, city_code=CITY, day=DAY, now=TOMORROW)
    closed = find_close(actor=FINANCE, city_code=CITY, day=DAY)
    assert closed is not None
    assert (closed.captured_fen, closed.refunded_fen, closed.net_fen) == (20_050, 0, 20_050)
    rows = settlement_for(actor=FINANCE, city_code=CITY, day=DAY)
    file = treasury_file(CITY, DAY, rows)
    assert hashlib.sha256(file).digest() == bytes(closed.treasury_hash)
    body, _, check = file.rpartition("校验,SHA-256,".encode())
    assert check.strip().decode() == hashlib.sha256(body).hexdigest()
    assert "'=水务" in body.decode()
    assert "合计,430100" in body.decode()


def test_a_gateway_nobody_was_sent_to_owes_no_statement(keeper, till, monkeypatch):
    monkeypatch.setattr("shimin.capabilities.payments.reconciliation.queries.days.gateways", lambda: [till])
    begin(till, place(keeper.owe("v1")))
    with pytest.raises(DayNotReady, match="测试支付的账单"):
        close_day(actor=FINANCE, city_code=CITY, day=DAY, now=TOMORROW)
    close_day(actor=FINANCE, city_code=CITY, day=DAY - timedelta(days=1), now=TOMORROW)
    assert find_close(actor=FINANCE, city_code=CITY, day=DAY - timedelta(days=1)) is not None


def test_every_total_leads_to_its_entries(keeper, till):
    for number in range(3):
        pay(till, keeper.owe(f"v{number}", 100))
    keeper.refuses = True
    settle_due_lines(NOW, limit=1)
    (row,) = settlement_for(actor=FINANCE, city_code=CITY, day=DAY)
    page = list_entries(actor=FINANCE, city_code=CITY, day=DAY, payee_code=row.payee_code, item_code=row.item_code)
    assert sum(each.amount_fen for each in page.entries) == page.total_fen == row.net_fen == 200
    assert [each.words for each in page.entries] == ["收款", "收款", "收款", "转入待退"]


def test_strangers_see_and_change_nothing(keeper, till):
    told(till, line("X1", "not-ours", 9))
    (found,) = list_differences(actor=FINANCE, city_code=CITY)
    for stranger in (OF_AGENCY, ELSEWHERE):
        assert list_differences(actor=stranger, city_code=CITY) == []
        with pytest.raises(NotFound):
            close_difference(actor=stranger, difference_id=found.difference_id, way="explained", words="x", now=NOW)
    with pytest.raises(Forbidden):
        import_statement(actor=PAYER, city_code=CITY, gateway_code=till.code, day=DAY, content=b"x", now=NOW)
    with pytest.raises(Forbidden):
        close_day(actor=officer("payments.teller"), city_code=CITY, day=DAY, now=TOMORROW)


def at_desk(role: str = "payments.finance") -> Client:
    browser, login = Client(), f"days-{next(_logins)}"
    browser.cookies["shimin_desk"] = make_officer(role, login=login, region_code=CITY, now=TOMORROW).token
    return browser


def words_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def later(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: TOMORROW)


def test_pages_take_a_day_from_statement_to_close(keeper, till, later, monkeypatch):
    monkeypatch.setattr("shimin.capabilities.payments.reconciliation.queries.days.gateways", lambda: [till])
    monkeypatch.setattr("shimin.capabilities.payments.reconciliation.web.forms.gateways", lambda: [till])
    pay(till, keeper.owe("v1"))
    settle_due_lines(NOW)
    desk, address = at_desk(), f"/desk/payments/days/{DAY.isoformat()}"
    assert "未日结" in words_of(desk.get("/desk/payments/days"))
    broken = SimpleUploadedFile("bill.csv", (right_lines()[0] + "\nbroken").encode())
    answer = desk.post(f"{address}/import", {"gateway": till.code, "file": broken})
    assert answer.status_code == 422
    assert "第2行：这一行读不懂。" in words_of(answer)
    answer = desk.post(f"{address}/import", {"gateway": till.code})
    assert "还没有这一天的账单" in words_of(answer)
    till.statements[DAY] = "\n".join([*right_lines(), line("X1", "not-ours", 9)]).encode()
    assert desk.post(f"{address}/import", {"gateway": till.code}).status_code == 302
    page = words_of(desk.get(address))
    assert "对方已收，我方没有这笔订单" in page
    assert "¥0.09" in page
    assert "X1" in words_of(desk.get("/desk/payments/differences"))
    assert "1条差异" in words_of(desk.post(f"{address}/close"))
    assert desk.get(f"{address}/treasury.csv").status_code == 404
    found = Difference.objects.get()
    end = f"/desk/payments/differences/{found.id}/close"
    assert "请写明依据" in words_of(desk.post(end, {f"d{found.id}-way": "explained"}))
    assert desk.post(end, {f"d{found.id}-way": "explained", f"d{found.id}-words": "测试"}).status_code == 302
    assert desk.post(f"{address}/compare").status_code == 302
    assert desk.post(f"{address}/close").status_code == 302
    assert "已日结" in words_of(desk.get(address))
    assert desk.post(f"{address}/close").status_code == 409
    file = desk.get(f"{address}/treasury.csv")
    assert "20000" in file.content.decode()
    entries = desk.get(f"{address}/entries", {"payee": "agency:77", "item": "103050101"})
    assert "合计 1 笔" in words_of(entries)
    assert desk.get(f"{address}/entries", {"payee": "nobody"}).status_code == 404
    assert list_days(actor=FINANCE, city_code=CITY, now=TOMORROW)[1].is_closed


def test_the_desk_is_for_the_finance_of_a_city(later):
    resident = Client()
    resident.cookies["shimin_session"] = make_resident().token
    of_agency = Client()
    of_agency.cookies["shimin_desk"] = make_officer(
        "payments.finance", login="of-agency", agency_id=77, region_code=CITY, now=TOMORROW
    ).token
    for address in ("/desk/payments/days", f"/desk/payments/days/{DAY.isoformat()}", "/desk/payments/differences"):
        assert Client().get(address).status_code in (302, 401)
        assert resident.get(address).status_code in (302, 404)
        assert at_desk("catalogue.editor").get(address).status_code == 403
        assert of_agency.get(address).status_code == 403
        assert at_desk().get(address, {"city": "430200"}).status_code == 404
        assert at_desk().get(address).status_code == 200
    assert at_desk().get("/desk/payments/days/2026-02-30").status_code == 404


def test_a_line_without_a_statement_of_its_city_is_refused(keeper, till):
    told(till, line("X1", "not-ours", 9))
    (known,) = StatementLine.objects.all()
    for changes in ({"statement_id": 1}, {"city_code": "430200"}):
        known.id, known.statement_id, known.city_code = known.id + 1, Statement.objects.get().id, CITY
        for name, value in changes.items():
            setattr(known, name, value)
        with pytest.raises(IntegrityError, match="names no statement"), transaction.atomic():
            known.save(force_insert=True)


def test_words_of_a_statement_are_kept_as_they_are(keeper, till):
    odd = "X\\N\\t;'\"{},\u3000％"
    told(till, line(odd.replace(",", ""), "a\\b", 9))
    assert StatementLine.objects.get().document == odd.replace(",", "")


def test_a_comparison_takes_one_statement(keeper, till):
    pay(till, keeper.owe("v1"))
    with scope(SYSTEM), count_statements() as seen:
        compare(CITY, till.code, f"gateway:{till.code}", DAY)
    assert seen.count == 1, seen.statements
