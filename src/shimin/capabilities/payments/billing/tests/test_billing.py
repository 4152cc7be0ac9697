"""Binding, reading and paying bills; what happens when a biller is down, loses an answer, or was paid elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.payments.billing.domain.billers import billers as all_billers
from shimin.capabilities.payments.billing.domain.billers import find_biller, luhn_rest
from shimin.capabilities.payments.billing.models import BoundAccount
from shimin.capabilities.payments.billing.operations.keeping import BillPayable
from shimin.capabilities.payments.billing.own_part import erase_bound, export_bound
from shimin.capabilities.payments.billing.public import (
    AccountNotMatched,
    AlreadyBound,
    bind_account,
    get_account_bills,
    get_bound_for,
    list_bills,
    ref_of,
    unbind_account,
)
from shimin.capabilities.payments.billing.tests.biller_system import HOLDER, POWER, WATER, bill
from shimin.capabilities.payments.public import (
    AlreadyPaid,
    BeingPaid,
    LineState,
    OrderState,
    PayableClosed,
    create_order,
    get_order,
    settle_due_lines,
)
from shimin.capabilities.payments.tests.factories import new_key, pay
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import scope
from shimin.kernel.errors import InvalidInput, NotFound, SignInRequired, TooManyRequests, Unavailable
from shimin.kernel.testing import count_statements

pytestmark = pytest.mark.django_db
WATER_BILL = ("bill", ref_of("changsha-water", f"{WATER}202610"))


def bind(actor, number=WATER, biller="changsha-water", home="我家", **changes):
    given = {"holder_name": HOLDER, "consents": True, "now": NOW, **changes}
    return bind_account(actor=actor, biller_code=biller, number=number, home=home, **given)


def place(actor, *lines, now=NOW):
    return create_order(actor=actor, lines=lines, purpose="bill", idempotency_key=new_key(), now=now)


def test_binds_after_the_biller_has_checked(payer):
    bound = get_bound_for(actor=payer.actor, bound_id=bind(payer.actor, number=f" {WATER[:4]}-{WATER[4:]} "))
    assert (bound.number, bound.number_tail, bound.holder_masked) == (WATER, "0008", "周*敏")
    row = BoundAccount.objects.get(id=bound.bound_id)
    assert WATER.encode() not in bytes(row.number_sealed)
    with pytest.raises(AlreadyBound):
        bind(payer.actor)


@pytest.mark.parametrize("changes", [{"holder_name": "李明"}, {"number": "1000000016"}])
def test_a_wrong_holder_and_an_unknown_number_are_told_alike(payer, changes):
    with pytest.raises(AccountNotMatched):
        bind(payer.actor, **changes)
    assert not BoundAccount.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "1000000009"}, "number"),  # wrong check digit
        ({"number": POWER}, "number"),  # another biller's
        ({"number": "１０００００００８８"}, "number"),
        ({"number": "9" * 500}, "number"),
        ({"home": "  "}, "home"),
        ({"home": "家" * 13}, "home"),
        ({"holder_name": ""}, "holder_name"),
        ({"consents": False}, "consents"),
    ],
)
def test_what_cannot_be_right_is_not_asked(payer, billers, changes, field):
    with pytest.raises(InvalidInput) as refused:
        bind(payer.actor, **changes)
    assert field in refused.value.fields
    assert billers.asked == 0


def test_guessing_holders_is_slowed_down(payer):
    for number in range(20):
        with pytest.raises(AccountNotMatched):
            bind(payer.actor, holder_name=f"李明{number}")
    with pytest.raises(TooManyRequests):
        bind(payer.actor)


def test_who_is_not_signed_in_binds_nothing(payer):
    with pytest.raises(SignInRequired):
        bind(ANONYMOUS)


def test_several_homes_are_paid_at_once(payer, billers, till):
    bind(payer.actor)
    bind(payer.actor, POWER, "changsha-electricity", "爸妈家")
    accounts = list_bills(payer.actor)
    assert [(each.bound.home, each.owed_fen) for each in accounts] == [("我家", 3_588), ("爸妈家", 9_912)]
    lines = [("bill", ref_of(each.bound.biller.code, each.owed[0].number)) for each in accounts]
    order = pay(till, *lines, actor=payer.actor)
    settle_due_lines(NOW)
    order = get_order(order.order_id)
    assert (order.state, order.total_fen) == (OrderState.SETTLED, 13_500)
    assert {line.payee_code for line in order.lines} == {"biller:changsha-water", "biller:changsha-electricity"}
    assert all(line.keeper_receipt.startswith("GY") for line in order.lines)
    assert sum(each.owed_fen for each in list_bills(payer.actor)) == 0


def test_a_paid_bill_is_not_paid_again(payer, till):
    bind(payer.actor)
    pay(till, WATER_BILL, actor=payer.actor)
    with pytest.raises(AlreadyPaid):
        place(payer.actor, WATER_BILL)  # before the biller has been told
    settle_due_lines(NOW)
    with pytest.raises(AlreadyPaid):
        place(payer.actor, WATER_BILL)


def test_a_bill_paid_elsewhere_is_closed(payer, billers):
    bind(payer.actor)
    billers.bills[WATER] = [bill(WATER, is_paid=True)]
    with pytest.raises(PayableClosed, match="已经缴清"):
        place(payer.actor, WATER_BILL)


def test_two_who_bound_one_account_meet_at_its_bill(payer, till):
    other = make_resident(name="李明")
    for actor in (payer.actor, other.actor):
        bind(actor)
    place(payer.actor, WATER_BILL)
    with pytest.raises(BeingPaid):
        place(other.actor, WATER_BILL)


def test_nobody_sees_or_pays_what_they_have_not_bound(payer, billers):
    bound_id, other = bind(payer.actor), make_resident(name="李明")
    for look in (
        lambda: place(other.actor, WATER_BILL),
        lambda: get_account_bills(actor=other.actor, bound_id=bound_id),
        lambda: unbind_account(actor=other.actor, bound_id=bound_id, now=NOW),
        lambda: BillPayable().owed(actor=payer.actor, ref="changsha-water.x", now=NOW),
        lambda: place(payer.actor, ("bill", ref_of("changsha-water", f"{WATER}209901"))),
    ):
        with pytest.raises(NotFound):
            look()
    assert list_bills(other.actor) == ()


def test_row_security_hides_other_peoples_accounts(payer):
    bind(payer.actor)
    other = make_resident(name="李明")
    with scope(other.actor), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM billing_bound_account")
        assert cursor.fetchone() == (0,)
        cursor.execute("DELETE FROM billing_bound_account")
        assert cursor.rowcount == 0
    with scope(payer.actor), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM billing_bound_account")
        assert cursor.fetchone() == (1,)


def test_a_biller_that_is_down_is_asked_once_and_told_in_words(payer, billers):
    bind(payer.actor)
    bind(payer.actor, POWER, "changsha-electricity")
    billers.is_down, billers.asked = True, 0
    accounts = list_bills(payer.actor)
    assert [each.is_known for each in accounts] == [False, False]
    assert billers.asked == 1
    with pytest.raises(Unavailable):
        place(payer.actor, WATER_BILL)


def test_a_lost_answer_is_asked_again_and_counts_once(payer, billers, till):
    bind(payer.actor)
    order = pay(till, WATER_BILL, actor=payer.actor)
    billers.loses_answers = True
    settle_due_lines(NOW)
    assert get_order(order.order_id).lines[0].state is LineState.PAID
    billers.loses_answers = False
    settle_due_lines(NOW + timedelta(minutes=1))
    assert get_order(order.order_id).lines[0].state is LineState.SETTLED
    assert len(billers.told) == 1


def test_what_the_biller_refuses_goes_back(payer, billers, till):
    bind(payer.actor)
    order = pay(till, WATER_BILL, actor=payer.actor)
    billers.told["elsewhere"] = f"{WATER}202610"
    settle_due_lines(NOW)
    (line,) = get_order(order.order_id).lines
    assert line.state is LineState.SURPLUS
    assert [refund.amount_fen for refund in get_order(order.order_id).refunds] == [3_588]


def test_the_export_has_the_number_and_erasure_leaves_nothing(payer):
    bind(payer.actor)
    assert [row["number"] for row in export_bound(payer.actor)] == [WATER]
    assert erase_bound(payer.account_id, payer.person_id, NOW) == 1
    assert not BoundAccount.objects.exists()


def test_every_biller_is_whole():
    assert len({biller.code for biller in all_billers()}) == len(all_billers()) == 7
    assert luhn_rest(WATER) == luhn_rest(POWER) == 0
    assert find_biller("changsha-electricity").daily


@pytest.fixture
def browser(payer) -> Client:
    client = Client()
    client.cookies["shimin_session"] = payer.token
    return client


def test_pages_lead_from_nothing_to_a_paid_bill(browser, payer, billers, till):
    assert "还没有绑定户号" in browser.get("/bills/").content.decode()
    form = {"biller": "changsha-water", "number": WATER, "holder_name": "错了", "home": "我家", "consents": "on"}
    wrong = browser.post("/bills/bind", form)
    assert wrong.status_code == 422
    assert "户号和户名对不上" in wrong.content.decode()
    bound = browser.post("/bills/bind", {**form, "holder_name": HOLDER})
    assert bound.status_code == 302, bound.content.decode()
    page = browser.get(bound.headers["Location"]).content.decode()
    assert "缴款 ¥35.88" in page
    assert WATER not in page.replace(f"{WATER}202610", "")
    with count_statements() as seen:
        page = browser.get("/bills/").content.decode()
    assert seen.count <= 4, seen.statements
    assert "1 张账单待缴" in page
    started = browser.post("/pay/start", {"debt": [":".join(WATER_BILL)], "key": new_key()})
    assert "水费 2026年10月（户号尾号0008）" in browser.get(started.headers["Location"]).content.decode()
    billers.is_down = True
    assert "暂时没有回应" in browser.get("/bills/").content.decode()
    billers.is_down = False
    assert browser.post(f"{bound.headers['Location']}/unbind").status_code == 302
    assert "还没有绑定户号" in browser.get("/bills/").content.decode()


def test_strangers_are_sent_to_sign_in(payer):
    for address in ("/bills/", "/bills/bind", "/bills/accounts/1"):
        assert Client().get(address).status_code in (302, 401)
    assert Client().get("/api/v1/me/bill-accounts").status_code == 401


def test_the_api_is_the_pages_twin(payer, billers, till):
    caller = Client()
    call: Any = {"content_type": "application/json", "HTTP_AUTHORIZATION": f"Bearer {payer.token}"}
    assert len(caller.get("/api/v1/billers").json()) == 7
    body = {"biller": "changsha-electricity", "number": POWER, "holder_name": HOLDER, "home": "我家", "consents": True}
    made = caller.post("/api/v1/me/bill-accounts", orjson.dumps(body).decode(), **call)
    assert made.status_code == 201, made.content
    address = f"/api/v1/me/bill-accounts/{made.json()['bound_id']}"
    account = caller.get(address, **call).json()
    assert (account["bills"][0]["payable_fen"], len(account["days"])) == (9_912, 2)
    line = {name: account["bills"][0][name] for name in ("kind", "ref")}
    placed = caller.post(
        "/api/v1/me/orders", orjson.dumps({"lines": [line]}).decode(), HTTP_IDEMPOTENCY_KEY=new_key(), **call
    )
    assert placed.json()["total_fen"] == 9_912
    assert caller.delete(address, **call).status_code == 204
    assert caller.get(address, **call).status_code == 404
