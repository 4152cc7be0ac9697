"""Payment notices: issued, paid by whoever has the code, online or in cash, cancelled, counted."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer, make_resident
from shimin.capabilities.payments.dues.models import DrawerClose, PaymentNotice
from shimin.capabilities.payments.dues.public import (
    DrawerClosed,
    NoticeNotOpen,
    NoticeUnknown,
    NoticeView,
    cancel_notice,
    close_drawer,
    drawer_state,
    find_by_code,
    get_notice_for,
    issue_notice,
    list_closed,
    list_notices,
    seal_of,
    take_for_code,
)
from shimin.capabilities.payments.models import LedgerEntry, Refund
from shimin.capabilities.payments.public import (
    AlreadyPaid,
    OrderState,
    PayableClosed,
    capture,
    get_order,
    send_due_refunds,
    settle_due_lines,
)
from shimin.capabilities.payments.tests.factories import OTHER, PAYER, begin, new_key, pay, place
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound
from shimin.kernel.testing import officer

pytestmark = pytest.mark.django_db
CITY = "430100"
ISSUER = officer("payments.issuer", account_id=41, agency_id=77, region_code=CITY)
TELLER = officer("payments.teller", account_id=51, region_code=CITY)
TELLER_2 = officer("payments.teller", account_id=52, region_code=CITY)
FINANCE = officer("payments.finance", account_id=31, region_code=CITY)
_logins = count(1)


def issue(amount_fen: int = 13_000, due_at: datetime = NOW + timedelta(days=15), **changes: Any) -> NoticeView:
    given: dict[str, Any] = {
        "actor": ISSUER, "item_code": "103043310", "title": "驾驶人考试费", "payer_name": "周晓敏",
        "amount_fen": amount_fen, "due_at": due_at, "now": NOW,
    }  # fmt: skip
    return get_notice_for(actor=ISSUER, notice_id=issue_notice(**{**given, **changes}))


def test_anybody_with_the_code_pays_once(till):
    notice = issue()
    assert notice.payer_masked == "周*敏"
    order = pay(till, ("due", notice.code), actor=OTHER)
    settle_due_lines(NOW)
    assert get_order(order.order_id).state is OrderState.SETTLED
    assert find_by_code(actor=ANONYMOUS, code=notice.code).paid_at is not None
    assert (order.lines[0].payee_code, order.lines[0].item_code) == ("agency:77", "103043310")
    with pytest.raises(AlreadyPaid):
        place(("due", notice.code))


def test_a_notice_that_is_over_or_taken_back_is_not_paid(till):
    notice, late = issue(), NOW + timedelta(days=16)
    with pytest.raises(PayableClosed, match="为止"):
        place(("due", notice.code), now=late)
    cancel_notice(actor=ISSUER, notice_id=notice.notice_id, words="复议撤销", now=NOW)
    with pytest.raises(PayableClosed, match="取消"):
        place(("due", notice.code))
    with pytest.raises(NoticeNotOpen):
        cancel_notice(actor=ISSUER, notice_id=notice.notice_id, words="再来", now=NOW)
    with pytest.raises(NotFound):
        place(("due", "43010026000000000001"))
    with pytest.raises(NotFound):
        place(("due", "43010026000000000001'; --"))


def test_money_that_was_on_its_way_when_the_notice_was_taken_back_goes_back(till):
    notice = issue()
    receipt = till.pay(begin(till, place(("due", notice.code))), NOW)
    cancel_notice(actor=ISSUER, notice_id=notice.notice_id, words="开错了", now=NOW)
    capture(actor=SYSTEM, receipt=receipt, source="notify", now=NOW)
    settle_due_lines(NOW)
    send_due_refunds(NOW)
    assert Refund.objects.get().stage == "done"
    assert find_by_code(actor=ANONYMOUS, code=notice.code).paid_at is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_fen": 0}, "yuan"), ({"amount_fen": -1}, "yuan"), ({"amount_fen": 10**14}, "yuan"),
        ({"item_code": "x"}, "item"), ({"title": " "}, "title"), ({"title": "长" * 41}, "title"),
        ({"payer_name": ""}, "payer"), ({"due_at": NOW}, "due"), ({"due_at": NOW + timedelta(days=400)}, "due"),
    ],
)  # fmt: skip
def test_names_what_is_wrong_with_a_notice(changes, field):
    with pytest.raises(InvalidInput) as wrong:
        issue(**changes)
    assert set(wrong.value.fields) == {field}


def test_other_agencies_see_and_change_nothing():
    notice = issue()
    stranger = officer("payments.issuer", account_id=42, agency_id=78, region_code=CITY)
    assert list_notices(stranger) == []
    with pytest.raises(NoticeUnknown):
        get_notice_for(actor=stranger, notice_id=notice.notice_id)
    with pytest.raises(NoticeUnknown):
        cancel_notice(actor=stranger, notice_id=notice.notice_id, words="x", now=NOW)
    for actor in (PAYER, TELLER, officer("payments.issuer", account_id=43, region_code=CITY)):
        with pytest.raises(Forbidden):
            issue(actor=actor)
    with scope(PAYER), pytest.raises(DatabaseError), transaction.atomic():
        PaymentNotice.objects.count()


def test_a_teller_takes_cash_and_counts_it():
    first, second = issue(13_000), issue(5_000)
    key = new_key()
    order_id = take_for_code(actor=TELLER, code=first.code, received_fen=20_000, key=key, now=NOW)
    assert take_for_code(actor=TELLER, code=first.code, received_fen=20_000, key=key, now=NOW) == order_id
    with pytest.raises(AlreadyPaid):
        take_for_code(actor=TELLER_2, code=first.code, received_fen=13_000, key=new_key(), now=NOW)
    with pytest.raises(InvalidInput):
        take_for_code(actor=TELLER, code=second.code, received_fen=4_999, key=(again := new_key()), now=NOW)
    take_for_code(actor=TELLER, code=second.code, received_fen=5_000, key=again, now=NOW)
    settle_due_lines(NOW)
    assert find_by_code(actor=ANONYMOUS, code=second.code).paid_at is not None
    drawer = drawer_state(actor=TELLER, now=NOW)
    assert (drawer.payments, drawer.expected_fen) == (2, 18_000)
    assert drawer_state(actor=TELLER_2, now=NOW).expected_fen == 0
    assert sum(LedgerEntry.objects.filter(account="cash:t51").values_list("amount_fen", flat=True)) == 18_000


def test_a_drawer_is_closed_once_and_a_difference_needs_words():
    take_for_code(actor=TELLER, code=issue(5_000).code, received_fen=5_000, key=new_key(), now=NOW)
    with pytest.raises(InvalidInput) as wrong:
        close_drawer(actor=TELLER, counted_fen=4_900, words=" ", now=NOW)
    assert "少¥1.00" in wrong.value.fields["words"]
    closed = close_drawer(actor=TELLER, counted_fen=4_900, words="找零多给了一元", now=NOW)
    assert closed.difference_fen == -100
    with pytest.raises(DrawerClosed):
        close_drawer(actor=TELLER, counted_fen=5_000, words="", now=NOW)
    with pytest.raises(DrawerClosed):
        take_for_code(actor=TELLER, code=issue().code, received_fen=13_000, key=new_key(), now=NOW)
    assert [row.difference_fen for row in list_closed(FINANCE)] == [-100]
    assert list_closed(TELLER_2) == []
    assert DrawerClose.objects.count() == 1


def test_a_drawer_tells_its_sum_to_its_teller_only():
    with scope(TELLER_2), connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute("SELECT * FROM dues_drawer_expected(%s, 'cash:t51', %s)", [CITY, NOW.date()])


def at_desk(role: str, **changes: Any) -> Client:
    browser, login = Client(), f"dues-{next(_logins)}"
    browser.cookies["shimin_desk"] = make_officer(role, login=login, region_code=CITY, **changes).token
    return browser


def words_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_pages_from_notice_to_drawer(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    desk, counter = at_desk("payments.issuer", agency_id=77), at_desk("payments.teller")
    wish = {"item": "103043310", "title": "考试费", "payer": "周晓敏", "yuan": "130", "due": "2026-12-15"}
    assert "金额" in words_of(desk.post("/desk/payments/notices", {**wish, "yuan": "0.001"}))
    answer = desk.post("/desk/payments/notices", wish)
    assert answer.status_code == 302
    page = desk.get(answer.headers["Location"])
    code = PaymentNotice.objects.get().code
    assert 'class="qr"' in page.content.decode()
    assert "周晓敏" not in page.content.decode()
    shown = words_of(Client().get("/pay/code", {"code": code, "s": seal_of(code)}))
    assert "考试费" in shown
    assert "2026年12月15日（含）前缴" in shown
    tampered = Client().get("/pay/code", {"code": code, "s": "a" * 16})
    assert tampered.status_code == 422
    assert "改动或调换" in words_of(tampered)
    assert Client().get("/pay/code", {"code": "43010026000000000001"}).status_code == 422
    assert "别的地区" in words_of(Client().get("/pay/code", {"code": "11010026000000000001"}))
    asked = counter.get("/desk/payments/counter", {"code": code}).content.decode()
    (key,) = re.findall(r'name="key" value="([^"]+)"', asked)
    given = {"code": code, "key": key, "yuan": "150"}
    assert "不够" in words_of(counter.post("/desk/payments/counter", {**given, "yuan": "100"}))
    taken = counter.post("/desk/payments/counter", given)
    assert taken.status_code == 302
    assert "找零 ¥20.00" in words_of(counter.get(taken.headers["Location"]))
    assert counter.post("/desk/payments/counter", {**given, "key": new_key()}).status_code == 409
    assert "少¥1.00" in words_of(counter.post("/desk/payments/counter/drawer", {"counted": "129"}))
    assert counter.post("/desk/payments/counter/drawer", {"counted": "130"}).status_code == 302
    assert "账实相符" in words_of(counter.get("/desk/payments/counter/drawer"))
    settle_due_lines(NOW)
    assert "已缴清" in words_of(desk.get("/desk/payments/notices"))
    assert "不用再缴" in words_of(Client().get("/pay/code", {"code": code}))


def test_desks_are_for_their_roles(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    resident = Client()
    resident.cookies["shimin_session"] = make_resident().token
    for address in ("/desk/payments/notices", "/desk/payments/counter", "/desk/payments/counter/drawer"):
        assert resident.get(address).status_code in (302, 404)
        assert at_desk("catalogue.editor").get(address).status_code == 403
