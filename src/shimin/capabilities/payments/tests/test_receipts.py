"""The receipt of a paid order: a signed file that tells when it was changed, and the page that checks one."""

from __future__ import annotations

import io
import re
import shutil
import subprocess

import pytest
from django.test import Client
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from shimin.capabilities.identity.tests.factories import NOW, make_resident
from shimin.capabilities.payments.handles import receipt_check
from shimin.capabilities.payments.models import Order
from shimin.capabilities.payments.operations import receipts
from shimin.capabilities.payments.public import NotPaidYet, settle_due_lines, write_receipt
from shimin.capabilities.payments.tests.factories import OTHER, PAYER, pay, place
from shimin.kernel import clock
from shimin.kernel.errors import NotFound
from shimin.kernel.rate import LocalBucket
from shimin.kernel.testing import count_statements

pytestmark = pytest.mark.django_db
VERIFY = "https://city.example/pay/verify"
needs_poppler = pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch):
    monkeypatch.setattr(receipts, "_papers", LocalBucket(limit=10, per_seconds=60, clock=lambda: 0.0))
    monkeypatch.setattr(receipts, "_checks", LocalBucket(limit=30, per_seconds=60, clock=lambda: 0.0))


@pytest.fixture
def paid(keeper, till):
    """An order of two debts, paid and settled."""
    order = pay(till, keeper.owe("v1"), keeper.owe("v2", 35_05, title="停车费"))
    settle_due_lines(NOW)
    return order


def receipt_of(order, actor=PAYER) -> bytes:
    return write_receipt(actor=actor, order_id=order.order_id, verify_url=VERIFY, now=NOW)[1]


def read(tmp_path, content: bytes, *command: str) -> str:
    file = tmp_path / "receipt.pdf"
    file.write_bytes(content)
    told = subprocess.run([command[0], *command[1:], str(file), *(["-"] if command[0] == "pdftotext" else [])],
                          capture_output=True, text=True, timeout=60)  # fmt: skip
    return told.stdout


@needs_poppler
def test_its_text_says_what_was_paid_to_whom(tmp_path, paid):
    text = re.sub(r"\s+", "", read(tmp_path, receipt_of(paid), "pdftotext"))
    amounts = ("¥200.00", "¥35.05", "合计¥235.05", "人民币贰佰叁拾伍元零伍分")
    names = ("电子缴款收据", "交通违法罚款", "停车费", "长沙市公安局交通警察支队")
    for words in (*amounts, *names, paid.number, receipt_check(paid.number)):
        assert words in text
    assert all(f"R{line.line_id}" in text for line in paid.lines)


@needs_poppler
def test_its_signature_is_valid(tmp_path, paid):
    told = read(tmp_path, receipt_of(paid), "pdfsig", "-nocert")
    assert "Signature is Valid." in told
    assert "Total document signed" in told


@needs_poppler
@pytest.mark.parametrize("place_of", ["sum", "end"])
def test_a_changed_file_is_not_valid(tmp_path, paid, place_of):
    content = bytearray(receipt_of(paid))
    if place_of == "sum":  # a byte of the page itself
        content[content.index(b"stream") + 40] ^= 1
        assert "Signature is Valid." not in read(tmp_path, bytes(content), "pdfsig", "-nocert")
    else:  # something added after the signature
        content += b"\n% more\n"
        assert "Total document signed" not in read(tmp_path, bytes(content), "pdfsig", "-nocert")


def test_the_signer_is_the_installations_own_and_its_root_says_so(paid, settings):
    content = receipt_of(paid)
    trusted = load_cert_from_pemder(str(settings.SHIMIN.keys_dir / "documents" / "ca.crt.pem"))
    signature = PdfFileReader(io.BytesIO(content)).embedded_signatures[0]
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[trusted], moment=NOW))
    assert status.bottom_line, status.pretty_print_details()


def test_nobody_elses_and_nothing_before_the_money(keeper, till, paid):
    with pytest.raises(NotFound):
        receipt_of(paid, OTHER)
    order_id = place(keeper.owe("v3"))
    with pytest.raises(NotPaidYet):
        write_receipt(actor=PAYER, order_id=order_id, verify_url=VERIFY, now=NOW)


def test_anybody_checks_a_receipt_by_number_and_code(paid):
    browser, code = Client(), receipt_check(paid.number)
    with count_statements() as seen:
        page = browser.get("/pay/verify", {"number": paid.number.lower(), "check": f" {code.lower()} "})
    assert seen.count <= 1, seen.statements
    text = page.content.decode()
    assert page.status_code == 200
    assert "款项已收到" in text
    assert "¥235.05" in text
    assert "no-store" in page.headers["Cache-Control"]
    told = browser.get(f"/api/v1/receipts/{paid.number}", {"check": code})
    assert told.json()["total_fen"] == 23_505
    assert set(told.json()) == {"number", "title", "payees", "total_fen", "refunded_fen", "captured_at"}


def test_says_when_the_money_went_back(paid):
    Order.objects.filter(id=paid.order_id).update(refunded_fen=3_505)
    check = {"number": paid.number, "check": receipt_check(paid.number)}
    assert "部分款项已退回" in Client().get("/pay/verify", check).content.decode()


@pytest.mark.parametrize("change", ["check", "number", "unpaid", "odd"])
def test_what_does_not_fit_is_not_found(keeper, paid, change):
    number, check = paid.number, receipt_check(paid.number)
    if change == "check":
        check = check[:-1] + ("A" if check[-1] != "A" else "B")
    elif change == "number":
        number = number[:-1] + ("2" if number[-1] != "2" else "3")
    elif change == "unpaid":
        number = Order.objects.get(id=place(keeper.owe("v9"))).number
        check = receipt_check(number)
    else:
        number, check = "' OR 1=1 --", "密" * 20
    page = Client().get("/pay/verify", {"number": number, "check": check})
    assert page.status_code == 422
    assert "¥" not in page.content.decode()
    assert Client().get(f"/api/v1/receipts/{paid.number}", {"check": "WRONG"}).status_code == 404


def test_guessing_is_slowed_down(paid, monkeypatch):
    monkeypatch.setattr(receipts, "_checks", LocalBucket(limit=2, per_seconds=60, clock=lambda: 0.0))
    answers = [Client().get("/pay/verify", {"number": paid.number, "check": f"A{n}"}).status_code for n in range(4)]
    assert answers == [422, 422, 429, 429]


def test_the_payer_downloads_it_from_page_and_api(keeper, till, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    payer, browser = make_resident(), Client()
    order = pay(till, keeper.owe("v1"), actor=payer.actor)
    browser.cookies["shimin_session"] = payer.token
    assert f"/pay/orders/{order.order_id}/receipt.pdf" in browser.get(f"/pay/orders/{order.order_id}").content.decode()
    for address in (f"/pay/orders/{order.order_id}/receipt.pdf", f"/api/v1/me/orders/{order.order_id}/receipt"):
        file = browser.get(address)
        assert (file.status_code, file.headers["Content-Type"]) == (200, "application/pdf")
        assert file.content.startswith(b"%PDF-")
        assert order.number in file.headers["Content-Disposition"]
        assert Client().get(address).status_code in (401, 404)
