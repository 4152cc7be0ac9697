"""The green account: gram by gram, capped, reversed with the act, and nobody else's."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from PIL import Image

from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.indicators.domain.green import CarbonFactor, Reason, carbon_factors, find_factor
from shimin.capabilities.indicators.models import GreenEntry
from shimin.capabilities.indicators.public import (
    credit_payment,
    erase_green,
    export_green,
    get_green_account,
    list_green_totals,
    reverse_payment,
)
from shimin.capabilities.indicators.subscriptions import on_order_refunded
from shimin.capabilities.indicators.web.green import trees_words, weight_words
from shimin.capabilities.payments.public import OrderRefunded, create_order
from shimin.capabilities.payments.tests.conftest import keeper, till  # noqa: F401 (fixtures)
from shimin.capabilities.payments.tests.factories import OTHER, PAYER, new_key
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import SignInRequired
from shimin.kernel.events import Delivery
from shimin.kernel.testing import officer
from shimin.project.config import load

pytestmark = pytest.mark.django_db


@pytest.fixture
def reference(settings):
    """Count factors that nobody verified."""
    settings.SHIMIN = replace(settings.SHIMIN, green_reference=True)


@pytest.fixture
def order(keeper):  # noqa: F811
    def make(name, *, actor=PAYER, purpose="bill"):
        return create_order(actor=actor, lines=[keeper.owe(name)], purpose=purpose, idempotency_key=new_key(), now=NOW)

    return make


def credit(order_id):
    with scope(SYSTEM):
        credit_payment(order_id=order_id, occurred_at=NOW)


def reverse(order_id):
    with scope(SYSTEM):
        reverse_payment(order_id=order_id, occurred_at=NOW)


def reasons():
    return [line.reason for line in get_green_account(actor=PAYER).lines][::-1]


def test_a_paid_bill_saves_its_factor_once(reference, order):
    first = order("v1")
    credit(first)
    credit(first)  # delivered again
    account = get_green_account(actor=PAYER)
    assert (account.grams, account.acts, len(account.lines)) == (262, 1, 1)
    assert account.lines[0].factor == carbon_factors()[0]


def test_nothing_unverified_counts_when_not_asked_for(order, settings):
    settings.SHIMIN = replace(settings.SHIMIN, green_reference=False)
    credit(order("v1"))
    account = get_green_account(actor=PAYER)
    assert (account.grams, account.acts) == (0, 0)
    assert reasons() == [Reason.NO_FACTOR]


def test_an_act_without_a_factor_says_so(reference, order):
    credit(order("v1", purpose="debt"))
    assert reasons() == [Reason.NO_FACTOR]


def test_a_day_has_its_limit(reference, order):
    for number in range(5):
        credit(order(f"v{number}"))
    assert reasons() == [Reason.COUNTED] * 3 + [Reason.CAPPED] * 2
    assert get_green_account(actor=PAYER).grams == 3 * 262


def test_what_goes_back_takes_its_grams_along_once(reference, order):
    first, second = order("v1"), order("v2")
    credit(first)
    credit(second)
    reverse(first)
    reverse(first)
    account = get_green_account(actor=PAYER)
    assert (account.grams, account.acts, account.is_reference) == (262, 1, True)
    assert reasons() == [Reason.COUNTED, Reason.COUNTED, Reason.REVERSED]
    credit(first)  # told again, late: it stays reversed
    assert get_green_account(actor=PAYER).grams == 262


def test_only_a_whole_refund_reverses(reference, order):
    first = order("v1")
    credit(first)
    delivery = Delivery(1, "order", first, 2, NOW)
    with scope(SYSTEM):
        on_order_refunded(OrderRefunded(first, "430100", 1, 1, 100, False), delivery)
    assert get_green_account(actor=PAYER).grams == 262
    with scope(SYSTEM):
        on_order_refunded(OrderRefunded(first, "430100", 1, 1, 19900, True), delivery)
    assert get_green_account(actor=PAYER).grams == 0


def test_a_capped_payment_has_nothing_to_give_back(reference, order):
    orders = [order(f"v{number}") for number in range(4)]
    for each in orders:
        credit(each)
    reverse(orders[3])
    assert get_green_account(actor=PAYER).grams == 3 * 262


def test_accounts_are_kept_apart_by_the_database(reference, order):
    credit(order("v1"))
    assert get_green_account(actor=OTHER).lines == ()
    with pytest.raises(SignInRequired):
        get_green_account(actor=ANONYMOUS)
    for actor, rows in ((PAYER, 1), (OTHER, 0), (ANONYMOUS, 0)):
        with scope(actor), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM indicators_green_entry")
            assert cursor.fetchone() == (rows,)
    with scope(officer("indicators.analyst")), pytest.raises(ProgrammingError), transaction.atomic():
        connection.cursor().execute("SELECT count(*) FROM indicators_green_entry")
    with scope(PAYER), pytest.raises(ProgrammingError), transaction.atomic():
        connection.cursor().execute("UPDATE indicators_green_entry SET grams = 1000000")


def test_a_city_is_told_from_ten_people_on():
    def fill(accounts, city):
        with scope(SYSTEM):
            for account in accounts:
                GreenEntry.objects.create(
                    account_id=account, city_code=city, day=date(2026, 11, 1), act="pay", title="电费",
                    ref=f"order:{account}", factor="x", grams=262, reason=Reason.COUNTED, occurred_at=NOW,
                )  # fmt: skip

    fill(range(1, 11), "430100")
    fill(range(11, 20), "430200")
    with scope(ANONYMOUS):
        assert [(each.city_code, each.people, each.grams) for each in list_green_totals()] == [("430100", 10, 2620)]
    page = Client().get("/green").content.decode()
    assert "2.6千克" in page
    assert "株洲" not in page


def test_one_may_take_it_along_and_have_it_forgotten(reference, order):
    credit(order("v1"))
    assert [row["grams"] for row in export_green(PAYER)] == [262]
    assert export_green(OTHER) == []
    with scope(SYSTEM):
        assert erase_green(502, None, NOW) == 0
        assert erase_green(501, None, NOW) == 1
    assert export_green(PAYER) == []


def test_the_page_explains_and_the_picture_names_nobody(reference, order, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    resident = make_resident()
    browser = Client()
    assert browser.get("/me/green").status_code == 302
    browser.cookies["shimin_session"] = resident.token
    assert "还没有记录" in browser.get("/me/green").content.decode()
    credit(order("v1", actor=resident.actor))
    page = browser.get("/me/green").content.decode()
    for words in ("262克", "参考", "还没有核实", "每天最多计 3 次", "2015 年报告自己的比例"):
        assert words in page
    answer = browser.get("/me/green.png")
    image = Image.open(BytesIO(answer.content))
    assert (image.format, image.size) == ("PNG", (1080, 1080))
    assert answer.headers["Cache-Control"] == "private, no-store"
    document = browser.get("/api/v1/me/green").json()
    assert (document["grams"], document["entries"][0]["is_verified"]) == (262, False)
    assert Client().get("/api/v1/me/green").status_code == 401


def test_the_newest_factor_in_force_is_taken():
    old = CarbonFactor("old", "pay", ("bill",), "", 100, 3, date(2025, 1, 1), "", "", "市生态环境局")
    new = replace(old, key="new", grams=120, used_from=date(2026, 1, 1))
    loose = replace(old, key="loose", used_from=date(2026, 6, 1), verified="")

    def found(day, with_reference=False):
        factor = find_factor([old, new, loose], act="pay", purpose="bill", day=day, with_reference=with_reference)
        return factor and factor.key

    assert found(date(2024, 12, 31)) is None
    assert found(date(2025, 12, 31)) == "old"
    assert found(date(2026, 7, 1)) == "new"
    assert found(date(2026, 7, 1), with_reference=True) == "loose"


def test_every_factor_names_its_source():
    for factor in carbon_factors():
        assert factor.grams > 0
        assert factor.source
        assert factor.method
        assert factor.most_a_day > 0


def test_weights_and_trees_in_words():
    assert [weight_words(grams) for grams in (0, 262, 2620, 12_669_000_000)] == [
        "0克",
        "262克",
        "2.6千克",
        "12,669.0吨",
    ]
    assert [trees_words(trees) for trees in (0.05, 0.5, 5_730_000)] == ["", "0.5棵树", "5,730,000棵树"]


def test_reference_factors_are_off_unless_set_or_in_the_demo():
    plain = {name: text for name, text in os.environ.items() if name not in ("SHIMIN_GREEN_REFERENCE", "SHIMIN_DEMO")}
    assert not load(plain).green_reference
    assert load({**plain, "SHIMIN_GREEN_REFERENCE": "1"}).green_reference
    assert load({**plain, "SHIMIN_DEMO": "1"}).green_reference
    assert not load({**plain, "SHIMIN_DEMO": "1", "SHIMIN_GREEN_REFERENCE": "0"}).green_reference
