"""The gateway's address (``/gateway.do``), its cashier, its bills, and the fault switches."""

import html
import json
import secrets
import time
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlencode

from ..cashier import server as cashier
from ..cashier.books import Row, yuan
from ..cashier.server import CHINA, now
from . import agreements
from .bills import write_bill
from .keys import APP_ID, Keys
from .notifying import notify


class Handler(cashier.Handler):
    """One request."""

    server: "Server"
    title = "支付宝收银台（演示）"
    colour = "#0958d9"

    def serve(self, path: str, values: dict[str, str], body: bytes) -> None:
        """Serve calls, the pages and their buttons, and bills."""
        if self.command == "POST":
            self._take(path, values, body)
            return
        match path:
            case "/gateway.do" if values.get("method") == "alipay.user.agreement.page.sign":
                self._offer_agreement(values)
            case "/gateway.do":
                self._open_cashier(values)
            case "/agreement":
                self._show_agreement(values.get("no", ""))
            case "/oauth2/publicAppAuthorize.htm":
                self._ask_to_agree(values)
            case "/bill":
                self.send(200, "application/zip", self._bill(values.get("day", "")))
            case _:
                self.serve_common(path, values, body)

    def _take(self, path: str, values: dict[str, str], body: bytes) -> None:
        match path:
            case "/gateway.do":
                self._call(dict(parse_qsl(body.decode(), keep_blank_values=True)))
            case "/agree":
                self._agree(parse_qs(body.decode()))
            case "/pay":
                self._pay(parse_qs(body.decode()))
            case "/sign":
                self._sign(parse_qs(body.decode()))
            case "/unsign":
                self._unsign(parse_qs(body.decode()))
            case _:
                self.serve_common(path, values, body)

    def _open_cashier(self, values: dict[str, str]) -> None:
        plan = self.server.plan
        if values.get("app_id") != APP_ID or not plan.keys.is_of_app(values):
            self.page(403, "签名不对", "0.00", "<p>这个付款链接无效，请回到商户重新发起。</p>")
            return
        content = json.loads(values["biz_content"])
        trade = plan.books.open(
            {
                "out_trade_no": content["out_trade_no"], "subject": content["subject"],
                "trade_no": _trade_no(),
                "fen": int(Decimal(content["total_amount"]) * 100), "expires": content["time_expire"],
                "notify_url": values.get("notify_url", ""), "return_url": values.get("return_url", ""),
            }
        )  # fmt: skip
        self._show(trade)

    def _show(self, trade: Row) -> None:
        if trade["status"] == "WAIT_BUYER_PAY" and trade["expires"] > now():
            number = html.escape(trade["out_trade_no"], quote=True)
            body = (
                f'<form method="post" action="/pay"><input type="hidden" name="no" value="{number}">'
                "<button>确认付款</button></form>"
            )
        else:
            back = html.escape(trade["return_url"], quote=True)
            body = f'<p>这笔交易已付款或已关闭。</p><p><a href="{back}">返回商户</a></p>'
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
        back = {"out_trade_no": trade["out_trade_no"], "trade_no": trade["trade_no"], "app_id": APP_ID}
        self._go(trade["return_url"], back)

    def _go(self, address: str, values: dict[str, str]) -> None:
        self.redirect(f"{address}{'&' if '?' in address else '?'}{urlencode(values)}")

    def _offer_agreement(self, values: dict[str, str]) -> None:
        plan = self.server.plan
        if values.get("app_id") != APP_ID or not plan.keys.is_of_app(values):
            self.page(403, "签名不对", "0.00", "<p>这个签约链接无效，请回到商户重新发起。</p>")
            return
        offered = agreements.offer(plan.books, json.loads(values["biz_content"]), values)
        if offered is None:
            self.page(400, "产品没有开通", "0.00", "<p>商户没有开通这种扣款。</p>")
            return
        self._show_agreement(offered["external_no"])

    def _show_agreement(self, number: str) -> None:
        found = self.server.plan.books.find_agreement(number)
        if found is None:
            self.page(404, "没有这个协议", "0.00", "")
            return
        self.page(200, "自动扣款协议（每笔最多）", yuan(found["most_fen"]), agreements.page_body(found))

    def _sign(self, values: dict[str, list[str]]) -> None:
        plan, number = self.server.plan, values.get("no", [""])[0]
        is_new = plan.books.move_agreement(number, "TEMP", "NORMAL", now())
        found = plan.books.find_agreement(number)
        if found is None:
            self.page(404, "没有这个协议", "0.00", "")
            return
        if is_new:
            agreements.tell(plan.keys, found, now(), self.server.faults)
        self._go(found["return_url"], {"external_agreement_no": number, "status": found["status"], "app_id": APP_ID})

    def _unsign(self, values: dict[str, list[str]]) -> None:
        number = values.get("no", [""])[0]
        self._end_agreement(number)
        self._show_agreement(number)

    def _end_agreement(self, number: str) -> None:
        plan = self.server.plan
        found = plan.books.find_agreement(number)
        if found is not None and plan.books.move_agreement(found["external_no"], "NORMAL", "STOP", now()):
            agreements.tell(plan.keys, {**found, "status": "STOP"}, now(), self.server.faults)

    def _ask_to_agree(self, values: dict[str, str]) -> None:
        """Show the page of a sign-in; whoever tries the demo says who they are."""
        if values.get("app_id") != APP_ID or values.get("scope") != "auth_base":
            self.page(400, "应用信息不对", "0.00", "<p>请回到原来的网站重新发起。</p>")
            return
        kept = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(values.get(name, ""), quote=True)}">'
            for name in ("redirect_uri", "state")
        )
        body = (
            f'<form method="post" action="/agree">{kept}<p><label>演示用户 <input name="user" value="demo-1">'
            "</label></p><button>同意授权</button></form>"
        )
        self.page(200, "支付宝授权", "0.00", body)

    def _agree(self, values: dict[str, list[str]]) -> None:
        code = secrets.token_hex(16)
        self.server.login_codes[code] = f"074a{values.get('user', ['demo-1'])[0][:40]}"
        back = {"app_id": APP_ID, "scope": "auth_base", "auth_code": code, "state": values.get("state", [""])[0]}
        address = values.get("redirect_uri", [""])[0]
        self._go(address, back)

    def _call(self, values: dict[str, str]) -> None:
        plan, method = self.server.plan, values.get("method", "")
        if values.get("app_id") != APP_ID or not plan.keys.is_of_app(values):
            answer: dict[str, Any] = {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature"}
        elif method == "alipay.system.oauth.token":
            answer = self._login_token(values)
        else:
            content = json.loads(values.get("biz_content") or "{}")
            answer = self._answer(method, content, notify_url=values.get("notify_url", ""))
        if self.server.faults.silent_answers:
            time.sleep(6)
            self.close_connection = True
            return
        node = method.replace(".", "_") + "_response"
        if method == "alipay.system.oauth.token" and "sub_code" in answer:
            node = "error_response"
        content = json.dumps(answer, ensure_ascii=False)
        signature = plan.keys.sign(("x" if self.server.faults.wrong_signature else "").encode() + content.encode())
        self.send(200, "text/html;charset=utf-8", f'{{"{node}":{content},"sign":"{signature}"}}'.encode())

    def _login_token(self, values: dict[str, str]) -> dict[str, Any]:
        """Say whose an auth_code is, once."""
        owner = self.server.login_codes.pop(values.get("code", ""), None)
        if owner is None or values.get("grant_type") != "authorization_code":
            return {
                "code": "40002",
                "msg": "Invalid Arguments",
                "sub_code": "isv.code-invalid",
                "sub_msg": "授权码code无效",
            }
        lasts = {"expires_in": 1_296_000, "re_expires_in": 2_592_000}
        return {
            "access_token": secrets.token_hex(16),
            "refresh_token": secrets.token_hex(16),
            "open_id": owner,
            **lasts,
        }

    def _answer(self, method: str, content: dict[str, Any], *, notify_url: str) -> dict[str, Any]:
        plan = self.server.plan
        if method.startswith("alipay.user.agreement."):
            return self._answer_agreement(method, content)
        if method == "alipay.trade.pay":
            return self._withhold(content, notify_url)
        if method == "alipay.data.dataservice.bill.downloadurl.query":
            day = quote(str(content["bill_date"]))
            return _done(bill_download_url=f"http://127.0.0.1:{plan.port}/bill?day={day}")
        trade = plan.books.find(str(content.get("out_trade_no")))
        if trade is None:
            return _failed("ACQ.TRADE_NOT_EXIST")
        match method:
            case "alipay.trade.query":
                return _done(**_trade(trade))
            case "alipay.trade.close":
                if plan.books.move(trade["out_trade_no"], "TRADE_CLOSED"):
                    return _done(out_trade_no=trade["out_trade_no"], trade_no=trade["trade_no"])
                return _failed("ACQ.TRADE_STATUS_ERROR")
            case "alipay.trade.refund":
                return self._refund(trade, content)
            case "alipay.trade.fastpay.refund.query":
                refund = plan.books.find_refund(trade["out_trade_no"], str(content.get("out_request_no")))
                return _done(refund_status="REFUND_SUCCESS", refund_amount=yuan(refund["fen"])) if refund else _done()
        return _failed("isv.invalid-method")

    def _answer_agreement(self, method: str, content: dict[str, Any]) -> dict[str, Any]:
        number = str(content.get("agreement_no") or content.get("external_agreement_no"))
        found = self.server.plan.books.find_agreement(number)
        if found is None or found["status"] == "STOP":
            return _failed("USER_AGREEMENT_NOT_EXIST")
        match method:
            case "alipay.user.agreement.query":
                return _done(**agreements.described(found))
            case "alipay.user.agreement.unsign" if found["status"] == "NORMAL":
                self._end_agreement(found["external_no"])
                return _done()
        return _failed("USER_AGREEMENT_NOT_EXIST")

    def _withhold(self, content: dict[str, Any], notify_url: str) -> dict[str, Any]:
        """Take money under an agreement; the same merchant's number again takes nothing."""
        plan, number = self.server.plan, str(content.get("out_trade_no"))
        known = plan.books.find(number)
        if known is not None and known["status"] != "WAIT_BUYER_PAY":
            return _failed("ACQ.TRADE_HAS_CLOSE" if known["status"] == "TRADE_CLOSED" else "ACQ.TRADE_HAS_SUCCESS")
        agreement = plan.books.find_agreement(str((content.get("agreement_params") or {}).get("agreement_no")))
        refused = agreements.refusal(agreement, content, self.server.faults)
        if refused:
            return _failed(refused)
        trade = plan.books.open(
            {
                "out_trade_no": number, "subject": content["subject"], "trade_no": _trade_no(),
                "fen": int(Decimal(content["total_amount"]) * 100), "expires": content["time_expire"],
                "notify_url": notify_url, "return_url": "",
            }
        )  # fmt: skip
        if not plan.books.move(number, "TRADE_SUCCESS", now()):
            return _failed("ACQ.TRADE_HAS_SUCCESS")
        trade = plan.books.find(number) or trade
        if notify_url:
            notify(plan.keys, trade, self.server.faults)
        return _done(**_trade(trade), gmt_payment=trade["paid"], buyer_user_id=agreements.USER)

    def _refund(self, trade: Row, content: dict[str, Any]) -> dict[str, Any]:
        if trade["status"] != "TRADE_SUCCESS":
            return _failed("ACQ.TRADE_STATUS_ERROR")
        fen = int(Decimal(str(content["refund_amount"])) * 100)
        outcome = self.server.plan.books.refund(trade, str(content.get("out_request_no")), fen, now())
        if outcome == "too_much":
            return _failed("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
        return _done(out_trade_no=trade["out_trade_no"], fund_change="Y" if outcome == "done" else "N")

    def _bill(self, day: str) -> bytes:
        return write_bill(self.bill_rows(day), day, is_broken=self.server.faults.bill_broken)


class Server(cashier.Server[Keys]):
    """Serves on this machine only."""

    handler = Handler

    def __init__(self, plan: cashier.ServerPlan[Keys]) -> None:
        super().__init__(plan)
        self.login_codes: dict[str, str] = {}  # auth_code -> open id; each is good once


def _trade_no() -> str:
    return datetime.now(CHINA).strftime("%Y%m%d") + "22001" + str(secrets.randbelow(10**15)).zfill(15)


def _trade(trade: Row) -> dict[str, Any]:
    found = {
        "out_trade_no": trade["out_trade_no"], "trade_no": trade["trade_no"], "trade_status": trade["status"],
        "total_amount": yuan(trade["fen"]),
    }  # fmt: skip
    return {**found, "send_pay_date": trade["paid"]} if trade["paid"] else found


def _done(**values: Any) -> dict[str, Any]:
    return {"code": "10000", "msg": "Success", **values}


def _failed(sub_code: str) -> dict[str, Any]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": sub_code}
