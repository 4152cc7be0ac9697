"""Alipay's protocol: the official SDK drives the sandbox, and our adapter speaks the same to it."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives import serialization

from shimin.adapters.alipay.gateway import AlipayAccount, AlipayGateway
from shimin.adapters.alipay.signing import load_private, load_public, sign, text_to_sign
from shimin.capabilities.payments.ports import (
    GatewayRefused,
    NotifyForged,
    RefundState,
    StatementBroken,
    TradeState,
)
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import Unavailable
from shimin.sandbox.alipay.bills import HEAD
from shimin.sandbox.alipay.keys import APP_ID, SELLER_ID, ensure_keys
from shimin.sandbox.alipay.notifying import notify_values
from tests.contracts.cashier_process import NOW, Cashier, cashier_process, checkout, opened


@pytest.fixture(scope="module")
def process(tmp_path_factory) -> Iterator[Cashier]:
    with cashier_process(tmp_path_factory.mktemp("alipay")) as running:
        yield running


@pytest.fixture
def alipay(process) -> Iterator[Cashier]:
    yield process
    process.switch()


@pytest.fixture
def ours(alipay) -> Iterator[AlipayGateway]:
    folder = alipay.keys_dir / "alipay"
    gateway = AlipayGateway(
        AlipayAccount(
            app_id=APP_ID, seller_id=SELLER_ID, gateway_url=alipay.gateway,
            private_key=lambda: load_private((folder / "app.pem").read_bytes()),
            alipay_key=lambda: load_public((folder / "alipay.pub.pem").read_bytes()),
        )
    )  # fmt: skip
    yield gateway
    gateway.disconnect()


def test_a_trade_is_opened_paid_asked_about_and_refunded(ours, alipay):
    assert ours.query("430100100000000000000000101").state is TradeState.UNKNOWN
    assert "确认付款" in opened(ours, "430100100000000000000000101", 12_345)
    assert ours.query("430100100000000000000000101").state is TradeState.UNPAID
    alipay.press_pay("430100100000000000000000101")
    status = ours.query("430100100000000000000000101")
    assert status.receipt is not None
    assert (status.state, status.receipt.amount_fen) == (TradeState.PAID, 12_345)
    paid = {"out_trade_no": "430100100000000000000000101", "total_fen": 12_345, "reason": "退款"}
    assert ours.refund(refund_no="r1", amount_fen=12_000, **paid) is RefundState.DONE
    assert ours.refund(refund_no="r1", amount_fen=12_000, **paid) is RefundState.DONE
    with pytest.raises(GatewayRefused):
        ours.refund(refund_no="r2", amount_fen=346, **paid)
    assert ours.query_refund(out_trade_no=paid["out_trade_no"], refund_no="r2") is RefundState.UNKNOWN
    bill = list(ours.read_statement(ours.statement(NOW.astimezone(CHINA).date())))
    rows = [row for row in bill if row.out_trade_no == "430100100000000000000000101"]
    assert [(row.amount_fen, row.refund_no) for row in rows] == [(12_345, ""), (-12_000, "r1")]
    assert rows[0].trade_no == status.receipt.trade_no


def test_a_bill_can_be_told_to_be_wrong(ours, alipay):
    for number in range(4):
        opened(ours, f"43010010000000000000000080{number}", 100)
        alipay.press_pay(f"43010010000000000000000080{number}")
    today = NOW.astimezone(CHINA).date()
    right = list(ours.read_statement(ours.statement(today)))
    alipay.switch(bill_missing=1, bill_wrong=1, bill_doubled=1, bill_extra=2)
    told = list(ours.read_statement(ours.statement(today)))
    assert len(told) == len(right) - 1 + 1 + 2
    done = alipay.injected(today.isoformat())
    assert [each["fault"] for each in done] == ["missing", "wrong", "doubled", "extra", "extra"]
    alipay.switch(bill_broken=True)
    with pytest.raises(StatementBroken) as broken:
        list(ours.read_statement(ours.statement(today)))
    ((line, words),) = broken.value.faults
    assert line == 5 + len(right) + 1
    assert "列" in words


def bill(*lines: str, head: str = ",".join(HEAD), tail: str = "#交易合计：1笔\n#退款合计：0笔") -> bytes:
    return "\n".join(["#支付宝业务明细查询", head, *lines, tail]).encode("gbk")


LINE = ["T1", "430100100000000000000000101", "交易", "水费", "2026-11-26 10:00:00", "2026-11-26 10:00:00"]
GOOD = ",".join([*LINE, "", "", "", "", "", "8.80", "8.80", *[""] * 12])


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 0, "表头"),
        (b"PK\x03\x04broken", 0, "压缩包"),
        (bill(GOOD.replace("8.80", "8.8.0")), 3, "不是金额"),
        (bill(GOOD.replace("8.80", "0.001")), 3, "不是金额"),
        (bill(GOOD, GOOD.replace("T1", "")), 4, "交易号"),
        (bill(GOOD.replace("10:00:00", "25:00:00")), 3, "不是时间"),
        (bill(GOOD.replace("交易", "退款")), 3, "批次号"),
        (bill(GOOD, "T2,4301"), 4, "列"),
        (bill(GOOD)[:-20], 4, "合计"),
        (bill(GOOD, GOOD), 6, "合计写的是1笔，文件里有2笔"),
        (bill(GOOD).replace("水费".encode("gbk"), b"\x81\xff"), 3, "不能识别"),
    ],
)
def test_a_broken_bill_names_its_line(ours, content, line, words):
    with pytest.raises(StatementBroken) as broken:
        list(ours.read_statement(content))
    assert broken.value.faults[0][0] == line, broken.value.faults
    assert words in broken.value.faults[0][1]


def test_closing_says_so_when_the_money_was_quicker(ours, alipay):
    opened(ours, "430100100000000000000000201")
    assert ours.close("430100100000000000000000201").state is TradeState.CLOSED
    opened(ours, "430100100000000000000000202")
    alipay.press_pay("430100100000000000000000202")
    assert ours.close("430100100000000000000000202").receipt is not None
    alipay.press_pay("430100100000000000000000201")
    assert ours.query("430100100000000000000000201").state is TradeState.CLOSED


def test_the_cashier_takes_no_tampered_address(ours):
    url = ours.open_cashier(checkout("430100100000000000000000301")).url
    assert httpx.get(url.replace("200.00", "2.00")).status_code == 403


def test_an_answer_is_believed_only_with_alipays_signature(ours, alipay):
    opened(ours, "430100100000000000000000401")
    alipay.switch(wrong_signature=True)
    with pytest.raises(Unavailable, match="未通过校验"):
        ours.query("430100100000000000000000401")


def test_a_time_out_after_the_refund_is_asked_about(ours, alipay):
    opened(ours, "430100100000000000000000501")
    alipay.press_pay("430100100000000000000000501")
    alipay.switch(silent_answers=True)
    with pytest.raises(Unavailable):
        ours.refund(
            out_trade_no="430100100000000000000000501", refund_no="r9", amount_fen=1, total_fen=20_000, reason="退款"
        )
    alipay.switch()
    assert ours.query_refund(out_trade_no="430100100000000000000000501", refund_no="r9") is RefundState.DONE


def notify(alipay: Cashier, **changes: str) -> bytes:
    """Return a notify signed by Alipay over whatever it says."""
    trade = {
        "trade_no": "T1", "out_trade_no": "430100100000000000000000601", "paid": "2026-11-25 10:00:00",
        "fen": 20_000, "subject": "罚款 & 其他=1",
    }  # fmt: skip
    values = {**notify_values(ensure_keys(alipay.keys_dir / "alipay"), trade), **changes}
    if "sign" not in changes:
        key = load_private((alipay.keys_dir / "alipay" / "alipay.pem").read_bytes())
        values["sign"] = sign(key, text_to_sign(values, leave_out=("sign", "sign_type")))
    return urlencode(values).encode()


def test_a_notify_is_read(ours, alipay):
    receipt = ours.read_notify({}, notify(alipay), NOW)
    assert receipt is not None
    assert (receipt.trade_no, receipt.amount_fen) == ("T1", 20_000)
    assert receipt.paid_at == datetime(2026, 11, 25, 10, tzinfo=CHINA)
    assert ours.read_notify({}, notify(alipay, trade_status="WAIT_BUYER_PAY"), NOW) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"app_id": "2021000000000009"}, {"seller_id": "2088000000000009"}, {"charset": "gbk"}, {"sign_type": "RSA"},
        {"total_amount": "abc"}, {"total_amount": "-1.00"}, {"total_amount": "0.001"}, {"total_amount": "1e12"},
        {"gmt_payment": "yesterday"}, {"sign": ""}, {"sign": "AAAA"}, {"sign": "!!"},
    ],
)  # fmt: skip
def test_a_notify_that_is_not_ours_is_forged(ours, alipay, changes):
    with pytest.raises(NotifyForged):
        ours.read_notify({}, notify(alipay, **changes), NOW)


def test_a_notify_changed_on_the_way_is_forged(ours, alipay):
    body = notify(alipay)
    for changed in (
        body.replace(b"200.00", b"100.00"),
        body + b"&total_amount=1.00",
        body.replace(b"TRADE_SUCCESS", b"TRADE_FINISHED"),
        b"",
        b"\xff\xfe",
        "金额=1".encode("gbk"),
    ):
        with pytest.raises(NotifyForged):
            ours.read_notify({}, changed, NOW)


def test_the_official_sdk_drives_the_sandbox(alipay, ours, monkeypatch):
    """Their client builds, signs and verifies: what it accepts is the protocol."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
        from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
        from alipay.aop.api.request.AlipayTradeQueryRequest import AlipayTradeQueryRequest
        from alipay.aop.api.request.AlipayTradeWapPayRequest import AlipayTradeWapPayRequest
        from alipay.aop.api.util import WebUtils
    monkeypatch.setattr(WebUtils, "do_post", _post_of_sdk)
    monkeypatch.setattr("alipay.aop.api.DefaultAlipayClient.do_post", _post_of_sdk)
    folder = alipay.keys_dir / "alipay"
    config = AlipayClientConfig()
    config.server_url, config.app_id, config.sign_type = alipay.gateway, APP_ID, "RSA2"
    config.app_private_key, config.alipay_public_key = _pkcs1(folder / "app.pem"), _bare(folder / "alipay.pub.pem")
    client = DefaultAlipayClient(config)
    pay = AlipayTradeWapPayRequest()
    number = "430100100000000000000000701"
    expires = (NOW + timedelta(minutes=15)).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    pay.biz_content = {
        "out_trade_no": number, "subject": "SDK", "total_amount": "8.80", "product_code": "QUICK_WAP_WAY",
        "time_expire": expires,
    }  # fmt: skip
    assert "确认付款" in httpx.get(client.page_execute(pay, http_method="GET")).text
    alipay.press_pay(number)
    query = AlipayTradeQueryRequest()
    query.biz_content = {"out_trade_no": number}
    answer = json.loads(client.execute(query))
    assert (answer["trade_status"], answer["total_amount"]) == ("TRADE_SUCCESS", "8.80")
    receipt = ours.query(number).receipt
    assert receipt is not None
    assert receipt.amount_fen == 880


def _post_of_sdk(url: str, query_string: str = "", headers=None, params=None, charset=None, timeout: int = 15) -> bytes:
    """Stand in for the SDK's own socket code, which cannot take an address with a port."""
    target = f"{url}?{query_string}" if query_string else url
    values = dict(parse_qsl(urlsplit(target).query)) | dict(params or {})
    return httpx.post(url, data=values).content


def _pkcs1(path) -> str:
    pem = load_private(path.read_bytes()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return "".join(pem.decode().splitlines()[1:-1])


def _bare(path) -> str:
    return "".join(path.read_text().splitlines()[1:-1])
