"""WeChat Pay's v3 protocol: a client that others wrote drives the sandbox, and our adapter speaks the same to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shimin.adapters.wechat_pay.gateway import WechatPayAccount, WechatPayGateway
from shimin.adapters.wechat_pay.sealing import load_api_key, load_private, load_public
from shimin.capabilities.payments.ports import (
    GatewayRefused,
    NotifyForged,
    RefundState,
    StatementBroken,
    TradeState,
)
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import Unavailable
from shimin.sandbox.wechat_pay.bills import HEAD
from shimin.sandbox.wechat_pay.keys import APP_ID, KEY_ID, MERCHANT_ID, SERIAL, ensure_keys
from shimin.sandbox.wechat_pay.notifying import notify_body, signed_headers
from tests.contracts.cashier_process import NOW, Cashier, cashier_process, checkout, opened

TRADE = {
    "trade_no": "T1", "out_trade_no": "430100100000000000000000601", "paid": "2026-11-25 10:00:00", "fen": 20_000,
    "status": "TRADE_SUCCESS",
}  # fmt: skip


@pytest.fixture(scope="module")
def process(tmp_path_factory) -> Iterator[Cashier]:
    with cashier_process(tmp_path_factory.mktemp("wechat_pay"), "shimin.sandbox.wechat_pay") as running:
        yield running


@pytest.fixture
def wechat(process) -> Iterator[Cashier]:
    yield process
    process.switch()


@pytest.fixture
def ours(wechat) -> Iterator[WechatPayGateway]:
    folder = wechat.keys_dir / "wechat_pay"
    gateway = WechatPayGateway(
        WechatPayAccount(
            merchant_id=MERCHANT_ID, app_id=APP_ID, serial=SERIAL, wechat_key_id=KEY_ID, base_url=wechat.url,
            private_key=lambda: load_private((folder / "merchant.pem").read_bytes()),
            wechat_key=lambda: load_public((folder / "wechat.pub.pem").read_bytes()),
            api_key=lambda: load_api_key((folder / "api_v3.key").read_bytes()),
        )
    )  # fmt: skip
    yield gateway
    gateway.disconnect()


@pytest.fixture
def keys(wechat):
    return ensure_keys(wechat.keys_dir / "wechat_pay")


def test_a_trade_is_opened_paid_asked_about_and_refunded(ours, wechat):
    number = "430100100000000000000000101"
    assert ours.query(number).state is TradeState.UNKNOWN
    page = opened(ours, number, 12_345)
    assert "确认付款" in page
    assert "http://127.0.0.1:9/b?x=1" in page
    assert ours.query(number).state is TradeState.UNPAID
    wechat.press_pay(number)
    status = ours.query(number)
    assert status.receipt is not None
    assert (status.state, status.receipt.amount_fen) == (TradeState.PAID, 12_345)
    paid = {"out_trade_no": number, "total_fen": 12_345, "reason": "退款"}
    assert ours.refund(refund_no="r1", amount_fen=12_000, **paid) is RefundState.DONE
    assert ours.refund(refund_no="r1", amount_fen=12_000, **paid) is RefundState.DONE
    with pytest.raises(GatewayRefused):
        ours.refund(refund_no="r2", amount_fen=346, **paid)
    assert ours.query_refund(out_trade_no=number, refund_no="r1") is RefundState.DONE
    assert ours.query_refund(out_trade_no=number, refund_no="r2") is RefundState.UNKNOWN
    assert ours.query_refund(out_trade_no="another", refund_no="r1") is RefundState.UNKNOWN
    bill = list(ours.read_statement(ours.statement(NOW.astimezone(CHINA).date())))
    rows = [row for row in bill if row.out_trade_no == number]
    assert [(row.amount_fen, row.refund_no) for row in rows] == [(12_345, ""), (-12_000, "r1")]
    assert rows[0].trade_no == status.receipt.trade_no


def test_a_day_without_trades_has_no_bill(ours):
    with pytest.raises(GatewayRefused) as refused:
        ours.statement(NOW.date() - timedelta(days=400))
    assert refused.value.reason == "NO_STATEMENT_EXIST"


def test_a_bill_can_be_told_to_be_wrong(ours, wechat):
    for number in range(4):
        opened(ours, f"43010010000000000000000080{number}", 100)
        wechat.press_pay(f"43010010000000000000000080{number}")
    today = NOW.astimezone(CHINA).date()
    right = list(ours.read_statement(ours.statement(today)))
    wechat.switch(bill_missing=1, bill_wrong=1, bill_doubled=1, bill_extra=2)
    assert len(list(ours.read_statement(ours.statement(today)))) == len(right) + 2
    assert [each["fault"] for each in wechat.injected(today.isoformat())] == [
        "missing", "wrong", "doubled", "extra", "extra",
    ]  # fmt: skip
    wechat.switch(bill_broken=True)
    with pytest.raises(StatementBroken) as broken:
        list(ours.read_statement(ours.statement(today)))
    assert broken.value.faults[0][0] == len(right) + 2
    assert "列" in broken.value.faults[0][1]


def bill(*lines: str, head: str = ",".join(HEAD), tail: str = "总交易单数,x\n`1,`8.80") -> bytes:
    return "\r\n".join([head, *lines, tail]).encode()


GOOD = ",".join(
    f"`{cell}"
    for cell in (
        "2026-11-26 10:00:00", APP_ID, MERCHANT_ID, "0", "", "T1", "430100100000000000000000101", "o", "MWEB",
        "SUCCESS", "OTHERS", "CNY", "8.80", "0.00", "0", "0", "0.00", "0.00", "", "", "水费", "", "0", "0.60%", "8.80",
        "0.00", "",
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 0, "空的"),
        (b"PK\x03\x04broken", 1, "不是微信支付"),
        (bill(GOOD.replace("`8.80,`0.00,`0,", "`8.8.0,`0.00,`0,")), 2, "不是金额"),
        (bill(GOOD.replace("`8.80,`0.00,`0,", "`-1,`0.00,`0,")), 2, "不是金额"),
        (bill(GOOD, GOOD.replace("`T1", "`")), 3, "微信订单号"),
        (bill(GOOD.replace("10:00:00", "25:00:00")), 2, "不是时间"),
        (bill(GOOD.replace("SUCCESS", "REFUND")), 2, "退款"),
        (bill(GOOD, "`2026"), 3, "列"),
        (bill(GOOD, tail=""), 0, "合计"),
        (bill(GOOD, GOOD), 0, "合计写的是1笔，文件里有2笔"),
        (bill(GOOD).replace("水费".encode(), b"\xff\xfe"), 2, "不能识别"),
    ],
)
def test_a_broken_bill_names_its_line(ours, content, line, words):
    with pytest.raises(StatementBroken) as broken:
        list(ours.read_statement(content))
    assert broken.value.faults[0][0] == line, broken.value.faults
    assert words in broken.value.faults[0][1]


def test_closing_says_so_when_the_money_was_quicker(ours, wechat):
    first, second = "430100100000000000000000201", "430100100000000000000000202"
    opened(ours, first)
    assert ours.close(first).state is TradeState.CLOSED
    assert ours.close(first).state is TradeState.CLOSED
    opened(ours, second)
    wechat.press_pay(second)
    assert ours.close(second).receipt is not None
    wechat.press_pay(first)
    assert ours.query(first).state is TradeState.CLOSED
    assert ours.close("430100100000000000000000299").state is TradeState.CLOSED


def test_the_same_number_is_not_opened_with_another_amount(ours):
    opened(ours, "430100100000000000000000301", 100)
    with pytest.raises(GatewayRefused):
        ours.open_cashier(checkout("430100100000000000000000301", 200))


def test_an_answer_is_believed_only_with_their_signature(ours, wechat):
    opened(ours, "430100100000000000000000401")
    wechat.switch(wrong_signature=True)
    with pytest.raises(Unavailable, match="未通过校验"):
        ours.query("430100100000000000000000401")


def test_a_time_out_after_the_refund_is_asked_about(ours, wechat):
    number = "430100100000000000000000501"
    opened(ours, number)
    wechat.press_pay(number)
    wechat.switch(silent_answers=True)
    with pytest.raises(Unavailable):
        ours.refund(out_trade_no=number, refund_no="r9", amount_fen=1, total_fen=20_000, reason="退款")
    wechat.switch()
    assert ours.query_refund(out_trade_no=number, refund_no="r9") is RefundState.DONE


def test_a_call_that_the_merchant_did_not_sign_is_refused(wechat):
    answer = httpx.get(f"{wechat.url}/v3/pay/transactions/out-trade-no/1?mchid={MERCHANT_ID}")
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")


def test_a_notify_is_read(ours, keys):
    body = notify_body(keys, TRADE)
    receipt = ours.read_notify(signed_headers(keys, body), body, datetime.now(UTC))
    assert receipt is not None
    assert (receipt.trade_no, receipt.amount_fen) == ("T1", 20_000)
    assert receipt.paid_at == datetime(2026, 11, 25, 10, tzinfo=CHINA)
    other = notify_body(keys, TRADE, trade_state="NOTPAY")
    assert ours.read_notify(signed_headers(keys, other), other, datetime.now(UTC)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"mchid": "1900000110"}, {"appid": "wx0"}, {"amount": {"total": 0, "currency": "CNY"}},
        {"amount": {"total": -1}}, {"amount": {"total": "20000"}}, {"amount": {"total": 1.5}},
        {"amount": {"total": True}},
        {"amount": {"total": 20_000, "currency": "USD"}}, {"amount": None}, {"success_time": "yesterday"},
        {"success_time": "2026-11-25T10:00:00"},
    ],
)  # fmt: skip
def test_a_notify_that_is_not_ours_is_forged(ours, keys, changes):
    body = notify_body(keys, TRADE, **changes)
    with pytest.raises(NotifyForged):
        ours.read_notify(signed_headers(keys, body), body, datetime.now(UTC))


@pytest.mark.parametrize(
    "header", ["Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Serial"]
)
@pytest.mark.parametrize("value", ["", "x", "0", "1" * 400, "-1", "①"])
def test_a_notify_with_odd_headers_is_forged(ours, keys, header, value):
    body = notify_body(keys, TRADE)
    with pytest.raises(NotifyForged):
        ours.read_notify({**signed_headers(keys, body), header: value}, body, datetime.now(UTC))


def test_a_notify_changed_or_replayed_later_is_forged(ours, keys):
    body = notify_body(keys, TRADE)
    headers = signed_headers(keys, body)
    for changed in (body.replace(b"SUCCESS", b"SUCCESX"), body[:-1], b"", b"{}", b"[]", b"null", body + b" "):
        with pytest.raises(NotifyForged):
            ours.read_notify(headers, changed, datetime.now(UTC))
    for late in (timedelta(minutes=6), timedelta(minutes=-6)):
        with pytest.raises(NotifyForged):
            ours.read_notify(headers, body, datetime.now(UTC) + late)


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"null", b"1", b'{"resource": {"algorithm": "x"}}', b'{"resource": []}']
)
def test_a_signed_notify_without_sense_is_forged(ours, keys, body):
    with pytest.raises(NotifyForged):
        ours.read_notify(signed_headers(keys, body), body, datetime.now(UTC))


def test_what_another_key_sealed_is_forged(ours, keys):
    document = json.loads(notify_body(keys, TRADE))
    document["resource"]["nonce"] = "another nonce"
    body = json.dumps(document).encode()
    with pytest.raises(NotifyForged, match="seal"):
        ours.read_notify(signed_headers(keys, body), body, datetime.now(UTC))


def test_a_client_that_others_wrote_drives_the_sandbox(wechat, ours, keys):
    """Their client builds, signs, verifies and unseals: what it accepts is the protocol."""
    from wechatpayv3 import WeChatPay, WeChatPayType

    folder = wechat.keys_dir / "wechat_pay"
    client = WeChatPay(
        wechatpay_type=WeChatPayType.H5, mchid=MERCHANT_ID, appid=APP_ID, cert_serial_no=SERIAL,
        private_key=(folder / "merchant.pem").read_text(), apiv3_key=(folder / "api_v3.key").read_text(),
        notify_url="http://127.0.0.1:9/n", public_key=(folder / "wechat.pub.pem").read_text(), public_key_id=KEY_ID,
    )  # fmt: skip
    client._core._gate_way = wechat.url
    number = "430100100000000000000000701"
    code, message = client.pay(
        description="SDK", out_trade_no=number, amount={"total": 880, "currency": "CNY"},
        time_expire=(NOW + timedelta(minutes=15)).astimezone(CHINA).isoformat(timespec="seconds"),
        scene_info={"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}},
    )  # fmt: skip
    assert code == 200, message
    assert "确认付款" in httpx.get(json.loads(message)["h5_url"]).text
    wechat.press_pay(number)
    code, message = client.query(out_trade_no=number)
    assert (code, json.loads(message)["trade_state"]) == (200, "SUCCESS")
    receipt = ours.query(number).receipt
    assert receipt is not None
    assert receipt.amount_fen == 880
    code, message = client.refund(
        out_trade_no=number, out_refund_no="sdk-1", amount={"refund": 880, "total": 880, "currency": "CNY"}
    )
    assert (code, json.loads(message)["status"]) == (200, "SUCCESS")
    body = notify_body(keys, {**TRADE, "out_trade_no": number})
    told = client.callback(signed_headers(keys, body), body.decode())
    assert told["resource"]["out_trade_no"] == number
