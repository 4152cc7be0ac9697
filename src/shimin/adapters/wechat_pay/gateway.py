"""The gateway port spoken in WeChat Pay's v3 protocol. Nothing is believed that WeChat Pay did not sign for us.

Source: pay.weixin.qq.com, APIv3: H5下单, 查询订单, 关闭订单, 申请退款, 查询退款, 申请交易账单, 支付成功回调通知.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from shimin.adapters.wechat_pay import statements
from shimin.adapters.wechat_pay.sealing import SealBroken, is_signed, lines, sign, unseal
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
from shimin.kernel.calls.connection import ConnectionPool, Endpoint, RawAnswer
from shimin.kernel.clock import CHINA
from shimin.kernel.db import require_no_transaction
from shimin.kernel.errors import Unavailable

CODE = "wechat_pay"
SECONDS = 4.0
CLOCK_SKEW = timedelta(minutes=5)  # an older signature is a replay, as their rules say
_SCHEME = "WECHATPAY2-SHA256-RSA2048"
_PAID = ("SUCCESS", "REFUND")
_GONE = ("CLOSED", "REVOKED", "PAYERROR")
_REFUND_STATES = {"SUCCESS": RefundState.DONE, "PROCESSING": RefundState.PENDING, "ABNORMAL": RefundState.PENDING,
                  "CLOSED": RefundState.REFUSED}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WechatPayAccount:
    """Our merchant account. ``serial`` is that of our certificate, ``wechat_key_id`` names WeChat Pay's public key.

    Keys are read when they are first needed.
    """

    merchant_id: str
    app_id: str
    serial: str
    wechat_key_id: str
    base_url: str
    private_key: Callable[[], RSAPrivateKey]
    wechat_key: Callable[[], RSAPublicKey]
    api_key: Callable[[], bytes]


class WechatPayGateway:
    """WeChat Pay. Safe to use from many threads."""

    code = CODE
    title = "微信支付"

    def __init__(self, account: WechatPayAccount) -> None:
        self._account = account
        self._endpoint = Endpoint.of(account.base_url)
        self._pool = ConnectionPool(self._endpoint)

    def open_cashier(self, checkout: Checkout) -> CashierPage:
        """Place the trade and return the address of its cashier (H5)."""
        answer = self._ask("POST", "/v3/pay/transactions/h5", {
            "appid": self._account.app_id, "mchid": self._account.merchant_id, "description": checkout.subject[:40],
            "out_trade_no": checkout.out_trade_no, "notify_url": checkout.notify_url,
            "time_expire": checkout.expires_at.astimezone(CHINA).isoformat(timespec="seconds"),
            "amount": {"total": checkout.amount_fen, "currency": "CNY"},
            "scene_info": {"payer_client_ip": checkout.payer_address, "h5_info": {"type": "Wap"}},
        })  # fmt: skip
        url = answer.get("h5_url")
        if not isinstance(url, str):
            raise Unavailable("微信支付的答复无法识别，没有采用。")
        return CashierPage(f"{url}&{urlencode({'redirect_url': checkout.return_url})}")

    def read_notify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> GatewayReceipt | None:
        """Return the receipt of a notify; see the port."""
        self._prove(headers, body, now)
        try:
            document = orjson.loads(body)
            sealed = document["resource"]
            if sealed["algorithm"] != "AEAD_AES_256_GCM":
                raise NotifyForged("algorithm")
            opened = unseal(
                self._account.api_key(), nonce=sealed["nonce"], ciphertext=sealed["ciphertext"],
                associated_data=sealed.get("associated_data", ""),
            )  # fmt: skip
            trade = orjson.loads(opened)
            is_paid = document["event_type"] == "TRANSACTION.SUCCESS" and trade["trade_state"] == "SUCCESS"
        except SealBroken as error:
            raise NotifyForged("seal") from error
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise NotifyForged("content") from error
        return self._receipt(trade, now) if is_paid else None

    def acknowledge(self) -> tuple[str, bytes]:
        """Return what makes WeChat Pay send no more."""
        return "application/json", b'{"code":"SUCCESS","message":""}'

    def query(self, out_trade_no: str) -> TradeStatus:
        """Ask what became of a trade."""
        path = f"/v3/pay/transactions/out-trade-no/{quote(out_trade_no, safe='')}"
        try:
            trade = self._ask("GET", f"{path}?mchid={self._account.merchant_id}")
        except GatewayRefused as refused:
            if refused.reason in ("ORDER_NOT_EXIST", "ORDERNOTEXIST"):
                return TradeStatus(TradeState.UNKNOWN)
            raise
        state = trade.get("trade_state")
        if state in _PAID:
            if trade.get("out_trade_no") != out_trade_no:
                raise Unavailable("微信支付的答复对不上，没有采用。")
            try:
                return TradeStatus(TradeState.PAID, self._receipt(trade, clock.now()))
            except NotifyForged as error:
                raise Unavailable("微信支付的答复无法识别，没有采用。") from error
        return TradeStatus(TradeState.CLOSED if state in _GONE else TradeState.UNPAID)

    def close(self, out_trade_no: str) -> TradeStatus:
        """Close a trade; when it cannot be closed, ask how it stands."""
        path = f"/v3/pay/transactions/out-trade-no/{quote(out_trade_no, safe='')}/close"
        try:
            self._ask("POST", path, {"mchid": self._account.merchant_id})
        except GatewayRefused as refused:
            if refused.reason in ("ORDER_NOT_EXIST", "ORDERNOTEXIST", "ORDER_CLOSED"):
                return TradeStatus(TradeState.CLOSED)
            return self.query(out_trade_no)
        return TradeStatus(TradeState.CLOSED)

    def refund(self, *, out_trade_no: str, refund_no: str, amount_fen: int, total_fen: int, reason: str) -> RefundState:
        """Give money back; the same number again is answered with how that refund stands."""
        answer = self._ask("POST", "/v3/refund/domestic/refunds", {
            "out_trade_no": out_trade_no, "out_refund_no": refund_no, "reason": reason[:80],
            "amount": {"refund": amount_fen, "total": total_fen, "currency": "CNY"},
        })  # fmt: skip
        return _REFUND_STATES.get(str(answer.get("status")), RefundState.UNKNOWN)

    def query_refund(self, *, out_trade_no: str, refund_no: str) -> RefundState:
        """Ask what became of a refund."""
        try:
            answer = self._ask("GET", f"/v3/refund/domestic/refunds/{quote(refund_no, safe='')}")
        except GatewayRefused as refused:
            if refused.reason in ("RESOURCE_NOT_EXISTS", "ORDER_NOT_EXIST"):
                return RefundState.UNKNOWN
            raise
        if answer.get("out_trade_no") != out_trade_no:
            return RefundState.UNKNOWN
        return _REFUND_STATES.get(str(answer.get("status")), RefundState.UNKNOWN)

    def statement(self, day: date) -> bytes:
        """Return the day's bill; the file itself is not signed, the signed answer names its hash."""
        answer = self._ask("GET", f"/v3/bill/tradebill?bill_date={day.isoformat()}&bill_type=ALL")
        path = str(answer.get("download_url", "")).removeprefix(f"{self._endpoint.scheme}://{self._endpoint.authority}")
        if not path.startswith("/"):
            raise GatewayRefused("bill address at another host")
        content = self._exchange("GET", path, b"").body
        # Their protocol names SHA-1; what protects the file is the signature over the hash and TLS.
        if hashlib.sha1(content, usedforsecurity=False).hexdigest() != str(answer.get("hash_value", "")).lower():
            raise Unavailable("微信支付的账单没有下载完整，请再试一次。")
        return content

    def read_statement(self, content: bytes) -> Iterator[StatementRow]:
        """Give the rows of a bill; see the port."""
        return statements.read_statement(content)

    def disconnect(self) -> None:
        """Close idle connections."""
        self._pool.close()

    def _receipt(self, trade: Mapping[str, Any], now: datetime) -> GatewayReceipt:
        """Read a trade that is paid, for our merchant and application.

        Raises:
            NotifyForged: it is another's, or says no amount.
        """
        for name, value in (("mchid", self._account.merchant_id), ("appid", self._account.app_id)):
            if trade.get(name) != value:
                raise NotifyForged(name)
        try:
            amount = trade["amount"]
            total, paid = amount["total"], str(trade.get("success_time") or "")
            if type(total) is not int or total <= 0 or amount.get("currency", "CNY") != "CNY":
                raise NotifyForged("amount")
            paid_at = datetime.fromisoformat(paid) if paid else now
            if paid_at.tzinfo is None:
                raise NotifyForged("time")
            return GatewayReceipt(CODE, str(trade["out_trade_no"]), str(trade["transaction_id"]), total, paid_at)
        except (KeyError, TypeError, ValueError) as error:
            raise NotifyForged(f"content: {type(error).__name__}") from error

    def _ask(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Call and return the proved answer, {} when it has no content.

        Raises:
            GatewayRefused: WeChat Pay says no; ``reason`` is its code.
            Unavailable: it is not known what happened.
        """
        require_no_transaction()
        answer = self._exchange(method, path, b"" if content is None else orjson.dumps(content))
        try:
            self._prove(answer.headers, answer.body, clock.now())
        except NotifyForged as forged:
            raise Unavailable("微信支付的答复未通过校验，没有采用。") from forged
        try:
            document = orjson.loads(answer.body) if answer.body else {}
        except orjson.JSONDecodeError as error:
            raise Unavailable("微信支付的答复无法识别，没有采用。") from error
        if not isinstance(document, dict):
            raise Unavailable("微信支付的答复无法识别，没有采用。")
        if answer.status in (200, 202, 204):
            return document
        if answer.status >= 500 or answer.status == 429:
            raise Unavailable("微信支付暂时没有回应。")
        raise GatewayRefused(str(document.get("code", answer.status)))

    def _exchange(self, method: str, path: str, body: bytes) -> RawAnswer:
        account, stamp, nonce = self._account, str(int(clock.now().timestamp())), secrets.token_hex(16)
        target = f"{self._endpoint.base_path}{path}"
        signature = sign(account.private_key(), lines(method, target, stamp, nonce, body.decode()))
        named = {"mchid": account.merchant_id, "nonce_str": nonce, "signature": signature, "timestamp": stamp,
                 "serial_no": account.serial}  # fmt: skip
        authorization = ",".join(f'{name}="{value}"' for name, value in named.items())
        head = [
            f"{method} {target} HTTP/1.1", f"Host: {self._endpoint.authority}", f"Content-Length: {len(body)}",
            "Content-Type: application/json", "Accept: application/json", "User-Agent: shimin",
            f"Wechatpay-Serial: {account.wechat_key_id}", f"Authorization: {_SCHEME} {authorization}",
        ]  # fmt: skip
        request = "\r\n".join([*head, "", ""]).encode() + body
        try:
            return self._pool.exchange(request, deadline=time.monotonic() + SECONDS)
        except (OSError, HTTPException, ValueError) as error:
            raise Unavailable("微信支付暂时没有回应。") from error

    def _prove(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """Raise NotifyForged unless WeChat Pay signed these bytes, with the key that we know, in these minutes."""
        told = {name.lower(): value for name, value in headers.items()}
        if told.get("wechatpay-serial") != self._account.wechat_key_id:
            raise NotifyForged("serial")
        stamp, nonce = told.get("wechatpay-timestamp", ""), told.get("wechatpay-nonce", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 11):
            raise NotifyForged("timestamp")
        if abs(now.timestamp() - int(stamp)) > CLOCK_SKEW.total_seconds():
            raise NotifyForged("timestamp")
        data = b"".join([f"{stamp}\n{nonce}\n".encode(), body, b"\n"])
        if not is_signed(self._account.wechat_key(), data, told.get("wechatpay-signature", "")):
            raise NotifyForged("signature")
