"""Somebody else pays by a link: what it shows, who may, how it ends, and that the inviter sees it paid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.notices.public import list_notices
from shimin.capabilities.payments.billing.public import list_bound, unbind_account
from shimin.capabilities.payments.billing.tests.biller_system import CARD, HOLDER, POWER, WATER, bill
from shimin.capabilities.payments.billing.tests.test_billing import WATER_BILL, bind, place
from shimin.capabilities.payments.billing.tests.test_top_ups import wish
from shimin.capabilities.payments.invitations.domain.links import MOST_OPEN, SHAREABLE, public_title
from shimin.capabilities.payments.invitations.models import Invitation
from shimin.capabilities.payments.invitations.own_part import erase_invitations, export_invitations
from shimin.capabilities.payments.invitations.public import (
    InvitationOver,
    InvitationState,
    TooManyInvitations,
    answer_invitation,
    get_invitation_for,
    invite,
    invite_for_order,
    list_invitations,
    read_offer,
    withdraw_invitation,
)
from shimin.capabilities.payments.models import Order
from shimin.capabilities.payments.public import (
    AlreadyPaid,
    BeingPaid,
    PayableClosed,
    begin_payment,
    capture,
    get_order,
    get_order_for,
    link_secret,
    settle_due_lines,
)
from shimin.capabilities.payments.tests.factories import new_key
from shimin.capabilities.payments.web import orders
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import scope
from shimin.kernel.errors import InvalidInput, NotFound, SignInRequired, TooManyRequests
from shimin.kernel.events.relay import relay_batch

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation_id(payer) -> int:
    """An open link for a water bill."""
    bind(payer.actor)
    return invite(actor=payer.actor, lines=[WATER_BILL], days="3", now=NOW)


def link_of(payer, invitation_id: int) -> str:
    return get_invitation_for(actor=payer.actor, invitation_id=invitation_id).link


def offer(payer, invitation_id, now=NOW, actor=ANONYMOUS):
    return read_offer(actor=actor, invitation_id=invitation_id, link=link_of(payer, invitation_id), now=now)


def answer(payer, invitation_id, now=NOW, actor=ANONYMOUS, key=""):
    link = link_of(payer, invitation_id)
    return answer_invitation(actor=actor, invitation_id=invitation_id, link=link, key=key or new_key(), now=now)


def pay(till, order_id: int, actor=ANONYMOUS) -> None:
    page = begin_payment(
        actor=actor, order_id=order_id, gateway_code="testpay", return_url="https://x/b", notify_url="https://x/n",
        now=NOW, link=link_secret(order_id),
    )  # fmt: skip
    capture(actor=ANONYMOUS, receipt=till.pay(page.url.rsplit("/", 1)[1], NOW), source="notify", now=NOW)
    settle_due_lines(NOW)
    while relay_batch(NOW + timedelta(minutes=1)):
        continue


def test_a_stranger_pays_and_the_inviter_sees_it_paid(payer, billers, till, invitation_id):
    found = offer(payer, invitation_id)
    assert (found.total_fen, found.state) == (3_588, InvitationState.OPEN)
    order_id = answer(payer, invitation_id)
    order = get_order(order_id)
    assert (order.payer_account_id, order.purpose, order.title) == (None, "invited", "水费 2026年10月")
    pay(till, order_id)
    assert billers.bills[WATER][0].is_paid
    view = get_invitation_for(actor=payer.actor, invitation_id=invitation_id)
    assert view.state_at(NOW) is InvitationState.PAID
    (notice,) = [each for each in list_notices(payer.actor) if each.title == "有人替您缴清了"]
    assert "水费 2026年10月" in notice.text
    assert offer(payer, invitation_id).state is InvitationState.PAID
    with pytest.raises(InvitationOver):
        answer(payer, invitation_id)
    with pytest.raises(NotFound):  # the order is the payer's
        get_order_for(actor=payer.actor, order_id=order_id)


def test_the_page_and_its_address_hold_nothing_of_a_person(payer, till, invitation_id):
    browser, stranger = Client(), Client()
    browser.cookies["shimin_session"] = payer.token
    page = browser.get(f"/pay/invite/{invitation_id}").content.decode()
    address = page.split('value="http', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    path = urlsplit(f"http{address}")
    assert set(parse_qs(path.query)) == {"k"}
    private = (HOLDER, "周*敏", WATER, WATER[-4:], "岳麓区", "我家", payer.phone, str(payer.account_id))
    offered = stranger.get(f"{path.path}?{path.query}")
    shown = offered.content.decode()
    assert "水费 2026年10月" in shown
    assert "代付 ¥35.88" in shown
    assert offered.headers["Referrer-Policy"] == "same-origin"  # the secret goes to no other site
    key = shown.split('name="key" value="', 1)[1].split('"', 1)[0]
    placed = stranger.post(f"{path.path}/pay", {"k": parse_qs(path.query)["k"][0], "key": key})
    assert placed.status_code == 302
    order = stranger.get(placed.headers["Location"]).content.decode()
    assert "测试支付缴款 ¥35.88" in order
    for text in (address, shown, placed.headers["Location"], order):
        assert [each for each in private if each in text] == []
    assert (
        stranger.post(f"{path.path}/pay", {"k": parse_qs(path.query)["k"][0], "key": key}).headers["Location"]
        == (placed.headers["Location"])
    )


def test_who_is_signed_in_pays_as_themselves(payer, till, invitation_id):
    friend = make_resident(name="李明")
    order_id = answer(payer, invitation_id, actor=friend.actor)
    assert get_order(order_id).payer_account_id == friend.account_id
    with pytest.raises(BeingPaid):
        answer(payer, invitation_id)
    with pytest.raises(NotFound):
        invite_for_order(actor=friend.actor, order_id=order_id, days="1", now=NOW)
    call: Any = {"HTTP_AUTHORIZATION": f"Bearer {friend.token}"}
    told = Client().get(f"/api/v1/me/orders/{order_id}", **call)
    assert (told.status_code, WATER in told.content.decode()) == (200, False)
    browser = Client()
    browser.cookies["shimin_session"] = friend.token
    page = browser.get(f"/pay/orders/{order_id}").content.decode()
    assert [each for each in (WATER[-4:], "请别人代付") if each in page] == []


def test_the_amount_is_that_of_today(payer, billers, invitation_id):
    billers.bills[WATER] = [bill(WATER, late=100)]
    assert offer(payer, invitation_id).total_fen == 3_688
    assert get_order(answer(payer, invitation_id)).total_fen == 3_688


def test_of_several_bills_those_still_owed_are_asked_for(payer, billers, till):
    bind(payer.actor)
    bind(payer.actor, number=POWER, biller="changsha-electricity")
    power = ("bill", f"changsha-electricity.{POWER}202610")
    invitation_id = invite(actor=payer.actor, lines=[WATER_BILL, power], days="1", now=NOW)
    assert offer(payer, invitation_id).view.title == "水费 2026年10月等2笔"
    billers.bills[WATER] = [bill(WATER, is_paid=True)]
    found = offer(payer, invitation_id)
    assert [line.title for line in found.lines] == ["电费 2026年10月"]
    billers.bills[POWER] = [bill(POWER, is_paid=True)]
    assert offer(payer, invitation_id).state is InvitationState.PAID


def test_an_open_order_is_passed_on_and_is_given_up(payer, till):
    bind(payer.actor)
    order_id = place(payer.actor, WATER_BILL)
    invitation_id = invite_for_order(actor=payer.actor, order_id=order_id, days="3", now=NOW)
    assert not get_order(order_id).is_unpaid
    pay(till, answer(payer, invitation_id))
    with pytest.raises(NotFound):
        invite_for_order(actor=make_resident(name="李明").actor, order_id=order_id, days="3", now=NOW)


def test_a_top_up_is_passed_on(payer, till, billers):
    invitation_id = invite_for_order(actor=payer.actor, order_id=wish(payer.actor), days="3", now=NOW)
    found = offer(payer, invitation_id)
    assert CARD[-4:] not in found.view.title + found.lines[0].title
    pay(till, answer(payer, invitation_id))
    assert billers.balance_fen == 11_000


def test_it_ends_by_time_by_withdrawal_and_when_it_was_paid_otherwise(payer, billers, invitation_id):
    late = NOW + timedelta(days=3)
    assert offer(payer, invitation_id, now=late).state is InvitationState.EXPIRED
    with pytest.raises(InvitationOver):
        answer(payer, invitation_id, now=late)
    for _ in range(2):
        withdraw_invitation(actor=payer.actor, invitation_id=invitation_id, now=NOW)
    assert offer(payer, invitation_id).state is InvitationState.WITHDRAWN
    with pytest.raises(InvitationOver):
        answer(payer, invitation_id)
    assert not Order.objects.exists()


def test_unbinding_the_account_ends_the_link(payer, invitation_id):
    (bound,) = list_bound(payer.actor)
    unbind_account(actor=payer.actor, bound_id=bound.bound_id, now=NOW)
    with pytest.raises(InvitationOver):
        answer(payer, invitation_id)


def test_a_biller_that_is_down_is_said_to_be(payer, billers, invitation_id):
    billers.is_down = True
    found = offer(payer, invitation_id)
    assert (found.is_known, found.lines, found.view.total_fen) == (False, (), 3_588)


@pytest.mark.parametrize("link", ["", "x", "a" * 26, "k" * 4_000, "密"])
def test_another_secret_opens_nothing(payer, invitation_id, link):
    for number in (invitation_id, 1, 9_223_372_036_854_775_807):
        with pytest.raises(NotFound):
            read_offer(actor=ANONYMOUS, invitation_id=number, link=link, now=NOW)
        with pytest.raises(NotFound):
            answer_invitation(actor=ANONYMOUS, invitation_id=number, link=link, key=new_key(), now=NOW)
    assert Client().get(f"/pay/for/{invitation_id}?k={link[:30]}").status_code == 404


def test_the_link_of_one_does_not_open_anothers(payer, invitation_id):
    other = invite(actor=payer.actor, lines=[WATER_BILL], days="1", now=NOW)
    with pytest.raises(NotFound):
        read_offer(actor=ANONYMOUS, invitation_id=other, link=link_of(payer, invitation_id), now=NOW)


def test_only_ones_own_open_bills_are_passed_on(payer, billers):
    with pytest.raises(SignInRequired):
        invite(actor=ANONYMOUS, lines=[WATER_BILL], days="3", now=NOW)
    with pytest.raises(NotFound):  # not bound
        invite(actor=payer.actor, lines=[WATER_BILL], days="3", now=NOW)
    bind(payer.actor)
    for lines, days in (
        ([], "3"), ([WATER_BILL, WATER_BILL], "3"), ([WATER_BILL], "30"), ([WATER_BILL], ""), ([("debt", "x")], "3"),
        ([("due", "430100")], "3"), ([WATER_BILL] * 21, "3"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            invite(actor=payer.actor, lines=lines, days=days, now=NOW)
    billers.bills[WATER] = [bill(WATER, is_paid=True)]
    with pytest.raises((PayableClosed, AlreadyPaid)):
        invite(actor=payer.actor, lines=[WATER_BILL], days="3", now=NOW)
    assert not Invitation.objects.exists()


def test_links_are_few_and_are_not_opened_without_end(payer, invitation_id):
    for _ in range(MOST_OPEN - 1):
        invite(actor=payer.actor, lines=[WATER_BILL], days="3", now=NOW)
    with pytest.raises(TooManyInvitations):
        invite(actor=payer.actor, lines=[WATER_BILL], days="3", now=NOW)
    for _ in range(120):
        offer(payer, invitation_id)
    with pytest.raises(TooManyRequests):
        offer(payer, invitation_id)


def test_nobody_sees_or_ends_anothers_links(payer, invitation_id):
    other = make_resident(name="李明")
    assert list_invitations(other.actor) == ()
    with pytest.raises(NotFound):
        get_invitation_for(actor=other.actor, invitation_id=invitation_id)
    with pytest.raises(NotFound):
        withdraw_invitation(actor=other.actor, invitation_id=invitation_id, now=NOW)
    with scope(other.actor), connection.cursor() as cursor:
        cursor.execute("UPDATE invitations_invitation SET withdrawn_at = now()")
        assert cursor.rowcount == 0
    for statement in ("UPDATE invitations_invitation SET paid_at = now()", "SELECT 1 FROM invitations_invited_order"):
        with scope(payer.actor), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)


def test_the_orders_page_offers_what_can_be_passed_on():
    assert set(orders.SHAREABLE) == set(SHAREABLE)


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("水费 2026年10月（户号尾号0008）", "水费 2026年10月"),
        ("水费 2026年10月（户号尾号0008，含违约金）", "水费 2026年10月"),
        ("校园卡充值（长沙示例小学，卡号尾号0045）", "校园卡充值"),
        ("尾号0008", ""),
        ("水费，尾号0008", "水费"),
        ("物业费（2026年）", "物业费（2026年）"),
    ],
)
def test_titles_tell_of_no_account(title, told):
    assert public_title(title) == told


def test_the_inviters_pages(payer, till):
    browser = Client()
    browser.cookies["shimin_session"] = payer.token
    bound_id = bind(payer.actor)
    assert "请别人代付" in browser.get(f"/bills/accounts/{bound_id}").content.decode()
    made = browser.post("/pay/invite/new", {"debt": ":".join(WATER_BILL), "days": "7"})
    assert made.status_code == 302
    page = made.headers["Location"]
    assert "等人代付" in browser.get(page).content.decode()
    assert page in browser.get("/pay/invite/").content.decode()
    assert browser.post(f"{page}/withdraw").status_code == 302
    assert "已撤回" in browser.get(page).content.decode()
    assert browser.post("/pay/invite/new", {"debt": "bill"}).status_code == 404
    assert browser.post("/pay/invite/new", {}).status_code == 422
    assert browser.post("/pay/invite/new", {"order": "１２"}).status_code == 422
    assert Client().get("/pay/invite/").status_code in (302, 401)
    order = browser.post("/pay/start", {"debt": ":".join(WATER_BILL), "key": new_key()}).headers["Location"]
    assert "请别人代付" in browser.get(order).content.decode()
    passed = browser.post("/pay/invite/new", {"order": order.rsplit("/", 1)[1]})
    assert "等人代付" in browser.get(passed.headers["Location"]).content.decode()


def test_the_api_is_the_pages_twin(payer, till, billers):
    caller = Client()
    call: Any = {"content_type": "application/json", "HTTP_AUTHORIZATION": f"Bearer {payer.token}"}
    bind(payer.actor)
    body = orjson.dumps({"lines": [{"kind": WATER_BILL[0], "ref": WATER_BILL[1]}], "days": "1"}).decode()
    made = caller.post("/api/v1/me/pay-invitations", body, **call)
    assert made.status_code == 201, made.content
    told = made.json()
    assert [each["state"] for each in caller.get("/api/v1/me/pay-invitations", **call).json()] == ["open"]
    secret = parse_qs(urlsplit(told["url"]).query)["k"][0]
    public, stranger = f"/api/v1/pay-invitations/{told['invitation_id']}", Client()
    assert stranger.get(public, {"k": secret}).json()["total_fen"] == 3_588
    assert stranger.get(public, {"k": "no"}).status_code == 404
    json: Any = {"content_type": "application/json"}
    keyless = stranger.post(f"{public}/orders", orjson.dumps({"k": secret}).decode(), **json)
    assert keyless.status_code == 422
    placed = stranger.post(
        f"{public}/orders", orjson.dumps({"k": secret}).decode(), HTTP_IDEMPOTENCY_KEY=new_key(), **json
    )
    assert placed.status_code == 201, placed.content
    assert stranger.get(placed.json()["url"]).status_code == 200
    assert caller.delete(f"/api/v1/me/pay-invitations/{told['invitation_id']}", **call).status_code == 204
    assert stranger.get(public, {"k": secret}).json()["state"] == "withdrawn"


def test_one_gets_ones_data_and_erased_links_open_nothing(payer, invitation_id):
    link = link_of(payer, invitation_id)
    assert [row["kind"] for row in export_invitations(payer.actor)] == ["invitation"]
    assert erase_invitations(payer.account_id, payer.person_id, NOW) == 1
    with pytest.raises(NotFound):
        read_offer(actor=ANONYMOUS, invitation_id=invitation_id, link=link, now=NOW)
