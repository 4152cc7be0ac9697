"""Alipay's withholding agreements: the official SDK drives the sandbox, and our adapter speaks the same to it."""

from __future__ import annotations

import json
import threading
import time
import warnings
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from shimin.adapters.alipay.agreements import AlipayAgreements
from shimin.adapters.alipay.gateway import AlipayGateway
from shimin.capabilities.payments.ports import (
    AgreementGone,
    AgreementOffer,
    AgreementState,
    GatewayRefused,
    MoneyShort,
    NotifyForged,
    TradeState,
    Withholding,
)
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import Unavailable
from shimin.sandbox.alipay.keys import APP_ID
from tests.contracts.cashier_process import Cashier
from tests.contracts.test_alipay import NOW, _bare, _pkcs1, _post_of_sdk, alipay, ours, process  # noqa: F401 (fixtures)

SCENE = "INDUSTRY|PUBLIC_UTILITY"


@pytest.fixture
def agreements(ours) -> AlipayAgreements:  # noqa: F811
    return AlipayAgreements(ours, SCENE)


@pytest.fixture
def notified() -> Iterator[tuple[str, list[bytes]]]:
    """A merchant's address that notes what it is told."""
    bodies: list[bytes] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"success")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/n", bodies
    server.shutdown()
    server.server_close()
    thread.join(5)


def signed(agreements: AlipayAgreements, alipay: Cashier, number: str, notify_url: str = "", fen: int = 20_000) -> str:  # noqa: F811
    """Sign as the payer's browser does and return Alipay's number."""
    page = httpx.get(agreements.open_signing(AgreementOffer(number, fen, "http://127.0.0.1:9/b", notify_url)))
    assert "同意协议" in page.text
    httpx.post(f"{alipay.url}/sign", data={"no": number})
    return agreements.query_agreement(number).agreement_no


def wish(agreement_no: str, number: str, fen: int = 8_800) -> Withholding:
    return Withholding(agreement_no, number, "水费", fen, NOW + timedelta(minutes=15), "")


def wait_for(bodies: list[bytes], count: int) -> None:
    deadline = time.monotonic() + 10
    while len(bodies) < count and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(bodies) == count


def test_an_agreement_is_signed_told_of_asked_about_and_ended(agreements, alipay, notified):  # noqa: F811
    notify_url, bodies = notified
    assert agreements.query_agreement("AP0001").state is AgreementState.UNKNOWN
    offer = AgreementOffer("AP0001", 20_000, "http://127.0.0.1:9/b", notify_url)
    assert "¥200.00" in httpx.get(agreements.open_signing(offer)).text
    assert agreements.query_agreement("AP0001").state is AgreementState.UNSIGNED
    answer = httpx.post(f"{alipay.url}/sign", data={"no": "AP0001"})
    assert answer.headers["Location"].startswith("http://127.0.0.1:9/b?")
    wait_for(bodies, 1)
    word = agreements.read_agreement_notify({}, bodies[0])
    assert word == agreements.query_agreement("AP0001")
    assert word.state is AgreementState.ACTIVE
    agreements.end_agreement("AP0001")
    wait_for(bodies, 2)
    ended = agreements.read_agreement_notify({}, bodies[1])
    assert (ended.state, ended.agreement_no) == (AgreementState.ENDED, word.agreement_no)
    assert agreements.query_agreement("AP0001").state is AgreementState.UNKNOWN
    agreements.end_agreement("AP0001")  # ended is ended


def test_money_is_taken_once_under_one_number(agreements, alipay):  # noqa: F811
    number = signed(agreements, alipay, "AP0002")
    first = agreements.withhold(wish(number, "430100100000000000000001001"))
    assert first.receipt is not None
    assert (first.state, first.receipt.amount_fen) == (TradeState.PAID, 8_800)
    assert agreements.withhold(wish(number, "430100100000000000000001001")).receipt == first.receipt
    assert agreements.query("430100100000000000000001001").receipt == first.receipt


def test_refusals_are_told_apart(agreements, alipay):  # noqa: F811
    number = signed(agreements, alipay, "AP0003")
    alipay.switch(short_of_money=True)
    with pytest.raises(MoneyShort):
        agreements.withhold(wish(number, "430100100000000000000001101"))
    alipay.switch()
    assert agreements.query("430100100000000000000001101").state is TradeState.UNKNOWN
    with pytest.raises(GatewayRefused):
        agreements.withhold(wish(number, "430100100000000000000001102", fen=20_001))
    httpx.post(f"{alipay.url}/unsign", data={"no": "AP0003"})
    with pytest.raises(AgreementGone):
        agreements.withhold(wish(number, "430100100000000000000001103"))
    with pytest.raises(AgreementGone):
        agreements.withhold(wish("nobody's", "430100100000000000000001104"))


def test_a_time_out_after_the_money_was_taken_is_asked_about(agreements, alipay):  # noqa: F811
    number = signed(agreements, alipay, "AP0004")
    alipay.switch(silent_answers=True)
    with pytest.raises(Unavailable):
        agreements.withhold(wish(number, "430100100000000000000001201"))
    alipay.switch()
    assert agreements.query("430100100000000000000001201").receipt is not None


def test_an_answer_is_believed_only_with_alipays_signature(agreements, alipay):  # noqa: F811
    number = signed(agreements, alipay, "AP0005")
    alipay.switch(wrong_signature=True)
    with pytest.raises(Unavailable, match="未通过校验"):
        agreements.withhold(wish(number, "430100100000000000000001301"))
    with pytest.raises(Unavailable):
        agreements.query_agreement("AP0005")


def test_a_notify_changed_on_the_way_is_forged(agreements, alipay, notified):  # noqa: F811
    notify_url, bodies = notified
    signed(agreements, alipay, "AP0006", notify_url)
    wait_for(bodies, 1)
    for changed in (
        bodies[0].replace(b"AP0006", b"AP0007"),
        bodies[0].replace(b"dut_user_sign", b"dut_user_unsign"),
        bodies[0].replace(APP_ID.encode(), b"2021000000000009"),
        bodies[0] + b"&status=UNSIGN",
        b"",
    ):
        with pytest.raises(NotifyForged):
            agreements.read_agreement_notify({}, changed)


def test_a_page_whose_address_was_tampered_with_is_refused(agreements):
    url = agreements.open_signing(AgreementOffer("AP0008", 20_000, "http://127.0.0.1:9/b", "http://127.0.0.1:9/n"))
    assert httpx.get(url.replace("200.00", "999.00")).status_code == 403


def test_the_official_sdk_signs_asks_takes_and_ends(alipay, ours: AlipayGateway, monkeypatch):  # noqa: F811
    """Their models build, their client signs and verifies: what it accepts is the protocol."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
        from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
        from alipay.aop.api.domain.AccessParams import AccessParams
        from alipay.aop.api.domain.AgreementParams import AgreementParams
        from alipay.aop.api.domain.AlipayTradePayModel import AlipayTradePayModel
        from alipay.aop.api.domain.AlipayUserAgreementPageSignModel import AlipayUserAgreementPageSignModel
        from alipay.aop.api.domain.AlipayUserAgreementQueryModel import AlipayUserAgreementQueryModel
        from alipay.aop.api.domain.AlipayUserAgreementUnsignModel import AlipayUserAgreementUnsignModel
        from alipay.aop.api.request.AlipayTradePayRequest import AlipayTradePayRequest
        from alipay.aop.api.request.AlipayUserAgreementPageSignRequest import AlipayUserAgreementPageSignRequest
        from alipay.aop.api.request.AlipayUserAgreementQueryRequest import AlipayUserAgreementQueryRequest
        from alipay.aop.api.request.AlipayUserAgreementUnsignRequest import AlipayUserAgreementUnsignRequest
        from alipay.aop.api.response.AlipayTradePayResponse import AlipayTradePayResponse
        from alipay.aop.api.response.AlipayUserAgreementQueryResponse import AlipayUserAgreementQueryResponse
        from alipay.aop.api.util import WebUtils
    monkeypatch.setattr(WebUtils, "do_post", _post_of_sdk)
    monkeypatch.setattr("alipay.aop.api.DefaultAlipayClient.do_post", _post_of_sdk)
    folder = alipay.keys_dir / "alipay"
    config = AlipayClientConfig()
    config.server_url, config.app_id, config.sign_type = alipay.gateway, APP_ID, "RSA2"
    config.app_private_key, config.alipay_public_key = _pkcs1(folder / "app.pem"), _bare(folder / "alipay.pub.pem")
    client = DefaultAlipayClient(config)

    page = AlipayUserAgreementPageSignModel()
    page.product_code, page.personal_product_code = "GENERAL_WITHHOLDING", "GENERAL_WITHHOLDING_P"
    page.sign_scene, page.external_agreement_no = SCENE, "SDK0001"
    page.access_params = AccessParams()
    page.access_params.channel = "ALIPAYAPP"
    request = AlipayUserAgreementPageSignRequest(page)
    assert "同意协议" in httpx.get(client.page_execute(request, http_method="GET")).text
    httpx.post(f"{alipay.url}/sign", data={"no": "SDK0001"})

    asked = AlipayUserAgreementQueryModel()
    asked.external_agreement_no, asked.sign_scene = "SDK0001", SCENE
    asked.personal_product_code = "GENERAL_WITHHOLDING_P"
    found = AlipayUserAgreementQueryResponse()
    found.parse_response_content(client.execute(AlipayUserAgreementQueryRequest(asked)))
    assert found.is_success()
    assert (found.status, found.external_agreement_no) == ("NORMAL", "SDK0001")

    pay = AlipayTradePayModel()
    pay.out_trade_no, pay.subject, pay.total_amount = "430100100000000000000001401", "SDK", "6.60"
    pay.product_code = "GENERAL_WITHHOLDING"
    pay.time_expire = (NOW + timedelta(minutes=15)).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    pay.agreement_params = AgreementParams()
    pay.agreement_params.agreement_no = found.agreement_no
    taken = AlipayTradePayResponse()
    taken.parse_response_content(client.execute(AlipayTradePayRequest(pay)))
    assert taken.is_success()
    assert (taken.total_amount, taken.out_trade_no) == ("6.60", "430100100000000000000001401")
    receipt = ours.query("430100100000000000000001401").receipt
    assert receipt is not None
    assert (receipt.amount_fen, receipt.trade_no) == (660, taken.trade_no)

    end = AlipayUserAgreementUnsignModel()
    end.agreement_no = found.agreement_no
    assert json.loads(client.execute(AlipayUserAgreementUnsignRequest(end)))["code"] == "10000"
    gone = json.loads(client.execute(AlipayUserAgreementQueryRequest(asked)))
    assert gone["sub_code"] == "USER_AGREEMENT_NOT_EXIST"
