"""WeChat Pay's addresses (``/v3/…``), its cashier, its bills, and the fault switches."""

import hashlib
import html
import json
import re
import secrets
import time
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from ..cashier import server as cashier
from ..cashier.books import Row, yuan
from ..cashier.server import CHINA, TIME, now
from .bills import write_bill
from .keys import APP_ID, MERCHANT_ID, SERIAL, Keys
from .notifying import notify, signed_headers, trade_document

_TRADE = re.compile(r"/v3/pay/transactions/out-trade-no/([^/]+)(/close)?")
_REFUND = re.compile(r"/v3/refund/domestic/refunds/([^/]+)")
_NAMED = re.compile(r'(\w+)="([^"]*)"')


class Handler(cashier.Handler):
    """One request."""

    server: "Server"
    title = "微信支付收银台（演示）"
    colour = "#06733a"

    def serve(self, path: str, values: dict[str, str], body: bytes) -> None:
        """Serve calls, the cashier and its button."""
        match path:
            case "/cashier":
                self._show(self.server.plan.books.find(values.get("no", "")), values.get("redirect_url", ""))
            case "/pay" if self.command == "POST":
                self._pay(parse_qs(body.decode()))
            case _ if path.startswith("/v3/"):
                self._call(path, values, body)
            case _:
                self.serve_common(path, values, body)

    def _call(self, path: str, values: dict[str, str], body: bytes) -> None:
        if not self._is_of_merchant(body):
            self._answer(401, {"code": "SIGN_ERROR", "message": "签名错误"})
            return
        if path == "/v3/bill/download":
            content = self.server.bills.pop(values.get("token", ""), b"")
            self.send(200 if content else 404, "text/plain", content)
            return
        status, document = self._do(path, values, json.loads(body) if body else {})
        if self.server.faults.silent_answers:
            time.sleep(6)
            self.close_connection = True
            return
        self._answer(status, document)

    def _is_of_merchant(self, body: bytes) -> bool:
        scheme, _, rest = self.headers.get("Authorization", "").partition(" ")
        named = dict(_NAMED.findall(rest))
        if scheme != "WECHATPAY2-SHA256-RSA2048" or named.get("mchid") != MERCHANT_ID:
            return False
        stamp = named.get("timestamp", "")
        if named.get("serial_no") != SERIAL or not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
            return False
        head = f"{self.command}\n{self.path}\n{stamp}\n{named.get('nonce_str', '')}\n".encode()
        return self.server.plan.keys.is_of_merchant(head + body + b"\n", named.get("signature", ""))

    def _do(self, path: str, values: dict[str, str], content: dict[str, Any]) -> tuple[int, dict[str, Any] | None]:
        """Do what is asked and give status and answer (None: no content)."""
        books = self.server.plan.books
        if path == "/v3/pay/transactions/h5":
            return self._open(content)
        if path == "/v3/refund/domestic/refunds":
            return self._refund(content)
        if path == "/v3/bill/tradebill":
            return self._bill(values.get("bill_date", ""))
        if match := _REFUND.fullmatch(path):
            return self._refund_document(match[1])
        match = _TRADE.fullmatch(path)
        trade = books.find(match[1]) if match else None
        if match is None or trade is None:
            return 404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}
        if not match[2]:
            return 200, trade_document(trade)
        if books.move(trade["out_trade_no"], "TRADE_CLOSED") or trade["status"] == "TRADE_CLOSED":
            return 204, None
        return 400, {"code": "ORDERPAID", "message": "订单已支付"}

    def _open(self, content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if content.get("appid") != APP_ID or content.get("mchid") != MERCHANT_ID:
            return 400, {"code": "APPID_MCHID_NOT_MATCH", "message": "AppID和mch_id不匹配"}
        total = content.get("amount", {}).get("total")
        if type(total) is not int or total <= 0:
            return 400, {"code": "PARAM_ERROR", "message": "金额不对"}
        trade = self.server.plan.books.open(
            {
                "out_trade_no": content["out_trade_no"], "subject": content["description"], "fen": total,
                "trade_no": "4200" + datetime.now(CHINA).strftime("%Y%m%d") + str(secrets.randbelow(10**16)).zfill(16),
                "expires": datetime.fromisoformat(content["time_expire"]).astimezone(CHINA).strftime(TIME),
                "notify_url": content["notify_url"], "return_url": "",
            }
        )  # fmt: skip
        if trade["fen"] != total:
            return 400, {"code": "INVALID_REQUEST", "message": "订单号重复，金额不一致"}
        if trade["status"] == "TRADE_SUCCESS":
            return 400, {"code": "ORDERPAID", "message": "订单已支付"}
        if trade["status"] == "TRADE_CLOSED":
            return 400, {"code": "ORDER_CLOSED", "message": "订单已关闭"}
        return 200, {"h5_url": f"http://127.0.0.1:{self.server.plan.port}/cashier?no={trade['out_trade_no']}"}

    def _refund(self, content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        books = self.server.plan.books
        trade, number = books.find(str(content.get("out_trade_no"))), str(content.get("out_refund_no"))
        if trade is None or trade["status"] != "TRADE_SUCCESS":
            return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "订单不存在或没有支付"}
        if content["amount"]["total"] != trade["fen"]:
            return 400, {"code": "PARAM_ERROR", "message": "原订单金额不一致"}
        if books.refund(trade, number, content["amount"]["refund"], now()) == "too_much":
            return 403, {"code": "NOT_ENOUGH", "message": "可退金额不足"}
        return self._refund_document(number)

    def _refund_document(self, number: str) -> tuple[int, dict[str, Any]]:
        refund = self.server.plan.books.find_refund_by_number(number)
        if refund is None:
            return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "退款单不存在"}
        return 200, {
            "refund_id": f"5030{number}", "out_refund_no": number, "out_trade_no": refund["out_trade_no"],
            "status": "SUCCESS", "amount": {"refund": refund["fen"], "currency": "CNY"}, "channel": "ORIGINAL",
        }  # fmt: skip

    def _bill(self, day: str) -> tuple[int, dict[str, Any]]:
        faults = self.server.faults
        rows = self.bill_rows(day)
        if not rows and not faults.bill_broken:
            return 400, {"code": "NO_STATEMENT_EXIST", "message": "账单文件不存在"}
        content, token = write_bill(rows, is_broken=faults.bill_broken), secrets.token_hex(16)
        self.server.bills[token] = content
        return 200, {
            "hash_type": "SHA1", "hash_value": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
            "download_url": f"http://127.0.0.1:{self.server.plan.port}/v3/bill/download?token={token}",
        }  # fmt: skip

    def _show(self, trade: Row | None, back: str) -> None:
        if trade is None:
            self.page(404, "没有这笔交易", "0.00", "")
            return
        link = html.escape(back, quote=True)
        if trade["status"] == "WAIT_BUYER_PAY" and trade["expires"] > now():
            number = html.escape(trade["out_trade_no"], quote=True)
            body = (
                f'<form method="post" action="/pay"><input type="hidden" name="no" value="{number}">'
                f'<input type="hidden" name="back" value="{link}"><button>确认付款</button></form>'
            )
        else:
            body = f'<p>这笔交易已付款或已关闭。</p><p><a href="{link}">返回商户</a></p>'
        self.page(200, trade["subject"], yuan(trade["fen"]), body)

    def _pay(self, values: dict[str, list[str]]) -> None:
        plan = self.server.plan
        trade = plan.books.find(values.get("no", [""])[0])
        if trade is None:
            self.page(404, "没有这笔交易", "0.00", "")
            return
        if trade["expires"] > now() and plan.books.move(trade["out_trade_no"], "TRADE_SUCCESS", now()):
            trade = plan.books.find(trade["out_trade_no"]) or trade
            notify(plan.keys, trade, self.server.faults)
        self.redirect(values.get("back", ["/"])[0])

    def _answer(self, status: int, document: dict[str, Any] | None) -> None:
        body = b"" if document is None else json.dumps(document, ensure_ascii=False).encode()
        headers = signed_headers(self.server.plan.keys, body, is_wrong=self.server.faults.wrong_signature)
        self.send(status, "application/json; charset=utf-8", body, headers)


class Server(cashier.Server[Keys]):
    """Serves on this machine only."""

    handler = Handler

    def __init__(self, plan: cashier.ServerPlan[Keys]) -> None:
        super().__init__(plan)
        self.bills: dict[str, bytes] = {}  # token -> a bill that was asked for
