"""Vouchers: one valid for each line of public money, numbers without a gap, red ones for money that went back."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import timedelta
from xml.etree.ElementTree import fromstring

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.payments.dues.public import get_notice_for, issue_notice
from shimin.capabilities.payments.events import OrderRefunded, OrderSettled
from shimin.capabilities.payments.handles import link_secret
from shimin.capabilities.payments.public import (
    begin_payment,
    capture,
    decide_refund,
    get_order,
    request_refund,
    send_due_refunds,
    settle_due_lines,
)
from shimin.capabilities.payments.tests.factories import OTHER, PAYER, pay, place
from shimin.capabilities.payments.vouchers.domain.forms import BLOCK
from shimin.capabilities.payments.vouchers.models import Voucher, VoucherBatch
from shimin.capabilities.payments.vouchers.operations import papers
from shimin.capabilities.payments.vouchers.own_part import export_vouchers
from shimin.capabilities.payments.vouchers.public import (
    VoucherUnknown,
    check_code,
    kind_for,
    kinds,
    list_vouchers,
    renew_vouchers,
    verify_voucher,
    write_voucher,
)
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS, SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.errors import TooManyRequests
from shimin.kernel.events import registry
from shimin.kernel.rate import LocalBucket
from shimin.kernel.testing import count_statements, officer

pytestmark = pytest.mark.django_db
FIRST = officer("payments.finance", account_id=31, region_code="430100")
SECOND = officer("payments.finance", account_id=32, region_code="430100")
OTHER_AGENCY = officer("payments.finance", account_id=34, agency_id=78, region_code="430100")
ISSUER = officer("payments.issuer", account_id=41, agency_id=77, region_code="430100")
VERIFY = "https://city.example/pay/vouchers/verify"
needs_poppler = pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")


def renew(order, times: int = 1) -> int:
    """Do what the subscribers of OrderSettled and OrderRefunded do."""
    return sum(renew_vouchers(line_id=line.line_id, now=NOW) for _ in range(times) for line in order.lines)


def settled(till, *debts, actor=PAYER):
    paid = pay(till, *debts, actor=actor)
    settle_due_lines(NOW)
    return paid


def give_back(line_id: int, fen: int) -> None:
    refund = request_refund(actor=FIRST, line_id=line_id, amount_fen=fen, reason="other", words="复议变更", now=NOW)
    decide_refund(actor=SECOND, refund_id=refund, agree=True, now=NOW)
    send_due_refunds(NOW)


@pytest.fixture
def order(keeper, till):
    """A fine and a fee of the agency 77, paid and settled."""
    paid = settled(till, keeper.owe("v1"), keeper.owe("v2", 35_05, title="考试费", item_code="103043310"))
    renew(paid)
    return get_order(paid.order_id)


@pytest.fixture
def notice(till):
    """A payment notice of the agency 77 to 周晓敏."""
    notice_id = issue_notice(
        actor=ISSUER, item_code="103043310", title="驾驶人考试费", payer_name="周晓敏", amount_fen=13_000,
        due_at=NOW + timedelta(days=15), now=NOW,
    )  # fmt: skip
    return get_notice_for(actor=ISSUER, notice_id=notice_id)


def test_each_line_of_public_money_gets_one_of_its_kind(keeper, till, order):
    fine, fee = list_vouchers(actor=PAYER, order_id=order.order_id)
    assert (fine.kind_title, fine.code[:6], fine.number) == ("湖南省罚没收入专用票据（电子）", "430201", 1)
    assert (fee.kind_title, fee.code[:6], fee.number) == ("湖南省非税收入统一票据（电子）", "430101", 1)
    assert (fine.amount_fen, fine.item_title, fee.amount_fen) == (20_000, "行政处罚罚款", 35_05)
    assert renew(order, 3) == 0
    bill = settled(till, keeper.owe("w1", item_code="water", agency_id=None, payee_code="biller:w"))
    assert renew(bill) == 0


def test_nothing_before_the_agency_has_taken_it_and_nothing_when_it_refuses(keeper, till):
    paid = pay(till, keeper.owe("v1"))
    assert renew(paid) == 0
    keeper.refuses = True
    settle_due_lines(NOW)
    send_due_refunds(NOW)
    assert renew(paid) == 0


@pytest.mark.parametrize("event", [OrderSettled, OrderRefunded])
def test_the_orders_events_bring_it_about(event):
    assert any(each.__module__.endswith("vouchers.subscriptions") for each in registry.handlers[event.name])


def test_money_that_went_back_takes_it_back_by_a_red_one(order):
    give_back(order.lines[0].line_id, 20_000)
    assert renew(order) == 1
    blue, _, red = list_vouchers(actor=PAYER, order_id=order.order_id)
    assert (red.is_red, red.signed_fen, red.number) == (True, -20_000, 2)
    assert not blue.is_valid
    assert blue.related == f"{red.code}-{red.printed_number}"
    assert red.related == f"{blue.code}-{blue.printed_number}"
    assert renew(order, 2) == 0


def test_of_a_partial_refund_the_rest_gets_a_new_one(order):
    for fen in (5_000, 7_000):
        give_back(order.lines[0].line_id, fen)
        assert renew(order) == 2
    told = [each for each in list_vouchers(actor=PAYER, order_id=order.order_id) if each.code[2:4] == "02"]
    assert [each.signed_fen for each in told] == [20_000, -20_000, 15_000, -15_000, 8_000]
    assert [each.is_valid for each in told] == [False, False, False, False, True]
    assert [each.number for each in told] == [1, 2, 3, 4, 5]


def test_a_refund_before_the_voucher_leaves_one_for_the_rest(keeper, till):
    paid = settled(till, keeper.owe("v1"))
    give_back(paid.lines[0].line_id, 5_000)
    assert (renew(paid), renew(paid)) == (1, 0)
    assert [each.signed_fen for each in list_vouchers(actor=PAYER, order_id=paid.order_id)] == [15_000]


def test_a_refund_that_was_declined_changes_nothing(order):
    line_id = order.lines[0].line_id
    refund = request_refund(actor=FIRST, line_id=line_id, amount_fen=1, reason="other", words="误", now=NOW)
    decide_refund(actor=SECOND, refund_id=refund, agree=False, now=NOW)
    assert renew(order) == 0


def test_numbers_follow_one_another_over_blocks_and_agencies(keeper, till):
    for agency in (77, 78):
        renew(settled(till, keeper.owe(f"a{agency}", agency_id=agency, payee_code=f"agency:{agency}")))
    VoucherBatch.objects.update(used=BLOCK - 1)  # as if the agencies had issued nearly all of their blocks
    for name in "bcd":
        for agency in (77, 78):
            renew(settled(till, keeper.owe(f"{name}{agency}", agency_id=agency, payee_code=f"agency:{agency}")))
    numbers = {
        agency: list(Voucher.objects.filter(agency_id=agency).order_by("id").values_list("number", flat=True))
        for agency in (77, 78)
    }
    assert numbers == {
        77: [1, BLOCK, 2 * BLOCK + 1, 2 * BLOCK + 2],
        78: [BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 1, 3 * BLOCK + 2],
    }
    batches = VoucherBatch.objects.order_by("first_number").values_list("agency_id", "used")
    assert list(batches) == [(77, BLOCK), (78, BLOCK), (77, 2), (78, 2)]


def test_a_year_begins_a_code_of_its_own(keeper, till):
    first, second = settled(till, keeper.owe("a")), settled(till, keeper.owe("b"))
    renew_vouchers(line_id=first.lines[0].line_id, now=NOW)
    renew_vouchers(line_id=second.lines[0].line_id, now=NOW + timedelta(days=400))
    (one, number), (other, other_number) = Voucher.objects.order_by("id").values_list("code", "number")
    assert one[:6] == other[:6] == "430201"
    assert one != other
    assert number == other_number == 1


def test_the_database_keeps_one_valid_voucher_a_line_and_each_number_once(order):
    first = Voucher.objects.order_by("id")[0]
    for changes in ({"number": 9}, {"line_id": 5}, {"line_id": 6, "number": 0}):
        copy = Voucher.objects.get(id=first.id)
        copy.id += 1
        for name, value in changes.items():
            setattr(copy, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save(force_insert=True)


@pytest.mark.parametrize("actor", [PAYER, FIRST, ANONYMOUS], ids=["payer", "finance", "anybody"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE vouchers_voucher SET amount_fen = 1", "DELETE FROM vouchers_voucher",
        "UPDATE vouchers_batch SET used = 0",
        "INSERT INTO vouchers_voucher SELECT * FROM vouchers_voucher",
    ],
)  # fmt: skip
def test_no_role_of_the_web_writes_one(order, actor, statement):
    with (
        scope(actor),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_only_its_payer_and_finance_see_it(order):
    assert len(list_vouchers(actor=PAYER, order_id=order.order_id)) == 2
    assert len(list_vouchers(actor=FIRST, order_id=order.order_id)) == 2
    for stranger in (OTHER, ANONYMOUS, OTHER_AGENCY):
        for link in ("", link_secret(order.order_id)):  # an order with an account has no link
            assert list_vouchers(actor=stranger, order_id=order.order_id, link=link) == []
        with pytest.raises(VoucherUnknown):
            write_voucher(actor=stranger, order_id=order.order_id, voucher_id=1, verify_url=VERIFY, now=NOW)


def test_who_paid_a_notice_without_an_account_gets_it_by_the_link(till, notice):
    order_id = place(("due", notice.code), actor=ANONYMOUS)
    link = link_secret(order_id)
    page = begin_payment(
        actor=ANONYMOUS, order_id=order_id, gateway_code=till.code, return_url="https://x/b", notify_url="https://x/n",
        now=NOW, link=link,
    )  # fmt: skip
    capture(actor=SYSTEM, receipt=till.pay(page.url.rsplit("/", 1)[1], NOW), source="notify", now=NOW)
    settle_due_lines(NOW)
    paid = get_order(order_id)
    renew(paid)
    (voucher,) = list_vouchers(actor=ANONYMOUS, order_id=paid.order_id, link=link)
    assert (voucher.payer_masked, voucher.payment_code, voucher.item_title) == ("周*敏", notice.code, "考试考务费")
    assert list_vouchers(actor=ANONYMOUS, order_id=paid.order_id, link="wrong") == []
    text = Client().get(f"/pay/orders/{order_id}", {"k": link}).content.decode()
    assert f"/pay/orders/{order_id}/vouchers/{voucher.voucher_id}.pdf?k={link}" in text


def test_anybody_checks_one_and_learns_no_name(till, notice):
    paid = settled(till, ("due", notice.code))
    renew(paid)
    (voucher,) = list_vouchers(actor=PAYER, order_id=paid.order_id)
    given = {"code": voucher.code, "number": str(voucher.number), "check": voucher.check.lower()}
    with count_statements() as seen:
        page = Client().get("/pay/vouchers/verify", given)
    assert seen.count <= 1, seen.statements
    text = page.content.decode()
    assert page.status_code == 200
    assert "票据是真的，有效" in text
    assert "周*敏" in text
    assert "周晓敏" not in text
    assert "no-store" in page.headers["Cache-Control"]
    told = Client().get(f"/api/v1/vouchers/{voucher.code}/{voucher.printed_number}", {"check": voucher.check}).json()
    assert (told["signed_fen"], told["is_valid"], told["payer_masked"]) == (13_000, True, "周*敏")
    assert not {"title", "order_number", "payment_code", "check"} & set(told)
    give_back(paid.lines[0].line_id, 13_000)
    renew(paid)
    assert "已经冲红" in Client().get("/pay/vouchers/verify", given).content.decode()


@pytest.mark.parametrize("change", ["check", "number", "code", "odd", "huge"])
def test_what_does_not_fit_is_not_found(order, change):
    voucher = list_vouchers(actor=PAYER, order_id=order.order_id)[0]
    given = {"code": voucher.code, "number": voucher.printed_number, "check": voucher.check}
    given |= {
        "check": {"check": ("A" if voucher.check[0] != "A" else "B") + voucher.check[1:]},
        "number": {"number": "7", "check": check_code(voucher.code, 7)},
        "code": {"code": "11010126"},
        "odd": {"code": "４３０２０１２６", "number": "' OR 1=1", "check": "密密密密密密"},
        "huge": {"number": "9" * 20},
    }[change]
    page = Client().get("/pay/vouchers/verify", given)
    assert page.status_code == 422
    assert "¥" not in page.content.decode()
    with pytest.raises(VoucherUnknown):
        verify_voucher(actor=ANONYMOUS, address="1", **given)


def test_guessing_is_slowed_down(monkeypatch):
    monkeypatch.setattr(papers, "_checks", LocalBucket(limit=2, per_seconds=60, clock=lambda: 0.0))
    for refusal in (VoucherUnknown, VoucherUnknown, TooManyRequests):
        with pytest.raises(refusal):
            verify_voucher(actor=ANONYMOUS, code="43020126", number="1", check="AAAAAA", address="1.2.3.4")


def file_of(order) -> bytes:
    voucher = list_vouchers(actor=PAYER, order_id=order.order_id)[0]
    return write_voucher(
        actor=PAYER, order_id=order.order_id, voucher_id=voucher.voucher_id, verify_url=VERIFY, now=NOW
    )[1]


def run(tmp_path, content: bytes, *command: str) -> str:
    file = tmp_path / "voucher.pdf"
    file.write_bytes(content)
    told = subprocess.run([*command, str(file), *(["-"] if command[0] == "pdftotext" else [])],
                          capture_output=True, text=True, timeout=60, cwd=tmp_path)  # fmt: skip
    return told.stdout


@needs_poppler
def test_its_paper_says_everything_and_what_it_is_not(tmp_path, order):
    voucher = list_vouchers(actor=PAYER, order_id=order.order_id)[0]
    text = re.sub(r"\s+", "", run(tmp_path, file_of(order), "pdftotext"))
    for words in (
        voucher.code, voucher.printed_number, voucher.check, "103050101", "行政处罚罚款", "交通警察支队", "¥200.00",
        "人民币贰佰元整", "不是财政部门的电子票据平台开具的",
        "样式，不是财政部门开具的财政电子票据",
    ):  # fmt: skip
        assert words in text, words


@needs_poppler
def test_its_signature_covers_the_data_inside(tmp_path, order):
    content = file_of(order)
    told = run(tmp_path, content, "pdfsig", "-nocert")
    assert "Signature is Valid." in told
    assert "Total document signed" in told
    run(tmp_path, content, "pdfdetach", "-saveall")
    data = fromstring((tmp_path / "voucher.xml").read_bytes())
    assert (data.findtext("TotalFen"), data.findtext("Items/Item/ItemCode")) == ("20000", "103050101")
    changed = bytearray(content)
    changed[changed.index(b"stream") + 40] ^= 1
    assert "Signature is Valid." not in run(tmp_path, bytes(changed), "pdfsig", "-nocert")


def test_the_payer_gets_it_from_page_and_api(keeper, till, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    payer, browser = make_resident(), Client()
    paid = settled(till, keeper.owe("v1"), actor=payer.actor)
    renew(paid)
    browser.cookies["shimin_session"] = payer.token
    address, own = f"/api/v1/me/orders/{paid.order_id}/vouchers", f"/pay/orders/{paid.order_id}"
    (told,) = browser.get(address).json()
    assert (told["signed_fen"], told["order_number"]) == (20_000, paid.number)
    assert "湖南省罚没收入专用票据（电子）" in browser.get(own).content.decode()
    for url in (f"{own}/vouchers/{told['voucher_id']}.pdf", f"{address}/{told['voucher_id']}/file"):
        file = browser.get(url)
        assert (file.status_code, file.headers["Content-Type"]) == (200, "application/pdf")
        assert file.content.startswith(b"%PDF-")
        assert Client().get(url).status_code in (401, 404)
    data = browser.get(f"{own}/vouchers/{told['voucher_id']}.xml")
    assert fromstring(data.content).findtext("VoucherCode") == told["code"]
    assert Client().get(f"{own}/vouchers/{told['voucher_id']}.xml").status_code == 404


def test_a_code_is_one_citys():
    codes = ["".join((each.region, each.class_, each.kind)) for each in kinds()]
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert kind_for("430100", "water") is None
    assert kind_for("110100", "103") is None


def test_ones_own_data_holds_ones_vouchers(order):
    assert [row["amount_fen"] for row in export_vouchers(PAYER)] == [20_000, 35_05]
    assert export_vouchers(OTHER) == []
    assert export_vouchers(ANONYMOUS) == []
