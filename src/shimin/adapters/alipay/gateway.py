"""The gateway port spoken in Alipay's protocol. Nothing is believed that Alipay did not sign for our application.

Source: opendocs.alipay.com: alipay.trade.wap.pay, .query, .close, .refund, .fastpay.refund.query; 异步通知.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from shimin.adapters.alipay import statements
from shimin.adapters.alipay.signing import is_signed, sign, text_to_sign
from shimin.capabilities.payments.ports import (
    CashierPage,
    Checkout,
    GatewayReceipt,
    GatewayRefused,
    NotifyForged,
    RefundState,
    StatementRow,
    TradeState,
    TradeStatus,
)
from shimin.kernel import clock
from shimin.kernel.calls.connection import ConnectionPool, Endpoint
from shimin.kernel.clock import CHINA
from shimin.kernel.db import require_no_transaction
from shimin.kernel.errors import DomainError, Unavailable
from shimin.kernel.values.money import parse_yuan

CODE = "alipay"
SECONDS = 4.0
_PAID = ("TRADE_SUCCESS", "TRADE_FINISHED")
_TIME = "%Y-%m-%d %H:%M:%S"
_UNSURE = ("ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error")


_CODE_WRONG = ("isv.code-invalid", "isv.code-expired", "isv.code-is-used")


class LoginCodeWrong(Exception):
    """Alipay does not say who agreed: the code is unknown, old or used."""


@dataclass(frozen=True, slots=True)
class AlipayAccount:
    """Our application at Alipay. Keys are read when they are first needed."""

    app_id: str
    seller_id: str
    gateway_url: str
    private_key: Callable[[], RSAPrivateKey]
    alipay_key: Callable[[], RSAPublicKey]


class AlipayGateway:
    """Alipay. Safe to use from many threads."""

    code = CODE
    title = "支付宝"

    def __init__(self, account: AlipayAccount) -> None:
        self._account = account
        self._endpoint = Endpoint.of(account.gateway_url)
        self._pool = ConnectionPool(self._endpoint)

    def open_cashier(self, checkout: Checkout) -> CashierPage:
        """Return the signed address of the cashier: no call is made, the payer's browser carries the request."""
        content = {
            "out_trade_no": checkout.out_trade_no,
            "subject": checkout.subject,
            "total_amount": yuan(checkout.amount_fen),
            "product_code": "QUICK_WAP_WAY",
            "time_expire": checkout.expires_at.astimezone(CHINA).strftime(_TIME),
        }
        address = self.page_address(
            "alipay.trade.wap.pay", content, notify_url=checkout.notify_url, return_url=checkout.return_url
        )
        return CashierPage(address)

    def read_notify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> GatewayReceipt | None:
        """Return the receipt of a notify; see the port."""
        values = self.prove_notify(body)
        if values.get("seller_id", "").lower() != self._account.seller_id.lower():
            raise NotifyForged("seller_id")
        return _receipt(values, now) if values.get("trade_status") in _PAID else None

    def prove_notify(self, body: bytes) -> dict[str, str]:
        """Return the values of a notify that Alipay signed for our application. Raises NotifyForged."""
        values = read_form(body)
        data = text_to_sign(values, leave_out=("sign", "sign_type"))
        if values.get("sign_type") != "RSA2" or not is_signed(self._account.alipay_key(), data, values.get("sign", "")):
            raise NotifyForged("signature")
        for name, value in {"app_id": self._account.app_id, "charset": "utf-8"}.items():
            if values.get(name, "").lower() != value.lower():
                raise NotifyForged(name)
        return values

    def acknowledge(self) -> tuple[str, bytes]:
        """Return the word after which Alipay sends no more."""
        return "text/plain", b"success"

    def query(self, out_trade_no: str) -> TradeStatus:
        """Ask what became of a trade."""
        answer = self.call("alipay.trade.query", {"out_trade_no": out_trade_no})
        if answer.get("sub_code") == "ACQ.TRADE_NOT_EXIST":
            return TradeStatus(TradeState.UNKNOWN)
        require_done(answer)
        status = answer.get("trade_status")
        if status in _PAID:
            if answer.get("out_trade_no") != out_trade_no:
                raise Unavailable("支付宝的答复对不上，没有采用。")
            return TradeStatus(TradeState.PAID, answered_receipt(answer))
        return TradeStatus(TradeState.CLOSED if status == "TRADE_CLOSED" else TradeState.UNPAID)

    def close(self, out_trade_no: str) -> TradeStatus:
        """Close a trade; when it cannot be closed, ask how it stands."""
        answer = self.call("alipay.trade.close", {"out_trade_no": out_trade_no})
        if answer.get("code") == "10000" or answer.get("sub_code") == "ACQ.TRADE_NOT_EXIST":
            return TradeStatus(TradeState.CLOSED)
        return self.query(out_trade_no)

    def refund(self, *, out_trade_no: str, refund_no: str, amount_fen: int, total_fen: int, reason: str) -> RefundState:
        """Give money back. ``fund_change`` N means that this number was refunded before."""
        content = {
            "out_trade_no": out_trade_no,
            "out_request_no": refund_no,
            "refund_amount": yuan(amount_fen),
            "refund_reason": reason,
        }
        answer = self.call("alipay.trade.refund", content)
        require_done(answer)
        if answer.get("fund_change") == "Y":
            return RefundState.DONE
        return self.query_refund(out_trade_no=out_trade_no, refund_no=refund_no)

    def query_refund(self, *, out_trade_no: str, refund_no: str) -> RefundState:
        """Ask what became of a refund."""
        content = {"out_trade_no": out_trade_no, "out_request_no": refund_no}
        answer = self.call("alipay.trade.fastpay.refund.query", content)
        if answer.get("sub_code") == "ACQ.TRADE_NOT_EXIST":
            return RefundState.UNKNOWN
        require_done(answer)
        return RefundState.DONE if answer.get("refund_status") == "REFUND_SUCCESS" else RefundState.UNKNOWN

    def statement(self, day: date) -> bytes:
        """Return the day's bill as Alipay's address for it gives it."""
        content = {"bill_type": "trade", "bill_date": day.isoformat()}
        answer = self.call("alipay.data.dataservice.bill.downloadurl.query", content)
        if answer.get("sub_code") == "isp.bill_not_exist":
            raise GatewayRefused("isp.bill_not_exist")
        require_done(answer)
        path = str(answer["bill_download_url"]).removeprefix(self._origin())
        if not path.startswith("/"):
            raise GatewayRefused("bill address at another host")
        return self._exchange(f"GET {path} HTTP/1.1", b"")

    def read_statement(self, content: bytes) -> Iterator[StatementRow]:
        """Give the rows of a bill; see the port."""
        return statements.read_statement(content)

    def owner_of_login_code(self, auth_code: str) -> str:
        """Return by which name Alipay knows who agreed: the open id, for older applications the user id.

        Raises:
            LoginCodeWrong: the code is unknown, old or used.
            Unavailable: no answer, or none that Alipay signed.
        """
        require_no_transaction()
        values = self.signed("alipay.system.oauth.token", {}, grant_type="authorization_code", code=auth_code)
        raw = self._exchange(f"POST {self._endpoint.base_path} HTTP/1.1", urlencode(values).encode())
        node = (
            "error_response" if raw.lstrip().startswith(b'{"error_response"') else "alipay_system_oauth_token_response"
        )
        answer = self._proved(raw, node)
        if node == "error_response":
            if answer.get("sub_code") in _CODE_WRONG:
                raise LoginCodeWrong
            raise Unavailable("支付宝暂时没有回应。")
        owner = answer.get("open_id") or answer.get("user_id")
        if not isinstance(owner, str) or not 1 <= len(owner) <= 128:
            raise LoginCodeWrong
        return owner

    def disconnect(self) -> None:
        """Close idle connections."""
        self._pool.close()

    def _origin(self) -> str:
        return f"{self._endpoint.scheme}://{self._endpoint.authority}"

    def page_address(self, method: str, content: Mapping[str, Any], **more: str) -> str:
        """Return the signed address of a page of Alipay's: the browser carries the call."""
        return f"{self._account.gateway_url}?{urlencode(self.signed(method, content, **more))}"

    def signed(self, method: str, content: Mapping[str, Any], **more: str) -> dict[str, str]:
        """Return the form of a call, signed; ``more`` stands beside the content (addresses, a grant)."""
        values = {
            "app_id": self._account.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": clock.now().astimezone(CHINA).strftime(_TIME),
            "version": "1.0",
            "biz_content": orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode(),
            **more,
        }
        return {**values, "sign": sign(self._account.private_key(), text_to_sign(values))}

    def call(self, method: str, content: Mapping[str, Any], **more: str) -> Mapping[str, Any]:
        """Call a method and return its proved answer. Raises Unavailable."""
        require_no_transaction()
        body = urlencode(self.signed(method, content, **more)).encode()
        raw = self._exchange(f"POST {self._endpoint.base_path} HTTP/1.1", body)
        return self._proved(raw, method.replace(".", "_") + "_response")

    def _exchange(self, line: str, body: bytes) -> bytes:
        head = [
            line,
            f"Host: {self._endpoint.authority}",
            f"Content-Length: {len(body)}",
            "Content-Type: application/x-www-form-urlencoded;charset=utf-8",
            "User-Agent: shimin",
        ]
        request = "\r\n".join([*head, "", ""]).encode() + body
        try:
            answer = self._pool.exchange(request, deadline=time.monotonic() + SECONDS)
        except (OSError, HTTPException, ValueError) as error:
            raise Unavailable("支付宝暂时没有回应。") from error
        if answer.status != 200:
            raise Unavailable("支付宝暂时没有回应。")
        return answer.body

    def _proved(self, raw: bytes, node: str) -> Mapping[str, Any]:
        """Return the answer, proved over the very bytes that were sent (their order and escapes count)."""
        try:
            document = orjson.loads(raw)
            answer, signature = document[node], document["sign"]
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise Unavailable("支付宝的答复无法识别，没有采用。") from error
        start = raw.index(f'"{node}":'.encode()) + len(node) + 3
        signed = raw[start : raw.rindex(b',"sign":')]
        if not isinstance(answer, dict) or not is_signed(self._account.alipay_key(), signed, str(signature)):
            raise Unavailable("支付宝的答复未通过校验，没有采用。")
        return answer


def read_form(body: bytes) -> dict[str, str]:
    """Read a form in UTF-8. A name given twice, or bytes of another charset, are no notify of Alipay's."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError as error:
        raise NotifyForged("form") from error
    if len(dict(pairs)) != len(pairs):
        raise NotifyForged("a name twice")
    return dict(pairs)


def _receipt(values: Mapping[str, Any], now: datetime) -> GatewayReceipt:
    paid = str(values.get("gmt_payment") or values.get("send_pay_date") or "")
    try:
        amount_fen = parse_yuan(str(values["total_amount"]))
        paid_at = datetime.strptime(paid, _TIME).replace(tzinfo=CHINA) if paid else now
        return GatewayReceipt(CODE, str(values["out_trade_no"]), str(values["trade_no"]), amount_fen, paid_at)
    except (KeyError, ValueError, DomainError) as error:
        raise NotifyForged(f"content: {type(error).__name__}") from error


def answered_receipt(answer: Mapping[str, Any]) -> GatewayReceipt:
    """Return the receipt in a proved answer. Raises Unavailable."""
    try:
        return _receipt(answer, clock.now())
    except NotifyForged as error:
        raise Unavailable("支付宝的答复无法识别，没有采用。") from error


def require_done(answer: Mapping[str, Any]) -> None:
    """Fail unless Alipay has done what was asked.

    Raises:
        Unavailable: it may or may not have: ask again.
        GatewayRefused: it will not.
    """
    if answer.get("code") == "10000":
        return
    if answer.get("code") == "20000" or answer.get("sub_code") in _UNSURE:
        raise Unavailable("支付宝暂时没有回应。")
    raise GatewayRefused(str(answer.get("sub_code") or answer.get("code")))


def yuan(fen: int) -> str:
    """Write fen as Alipay writes amounts."""
    return f"{fen // 100}.{fen % 100:02d}"
