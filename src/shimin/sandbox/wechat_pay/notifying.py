"""Notifies: signed and sealed, with their faults: none, late, twice, out of order, forged."""

import json
import secrets
import threading
import time
import urllib.request
from typing import Any

from ..cashier.books import Row
from ..cashier.faults import RETRY_SECONDS, Faults
from .keys import APP_ID, KEY_ID, MERCHANT_ID, Keys


def trade_document(trade: Row) -> dict[str, Any]:
    """Give a trade as answers and notifies tell it."""
    state = {"WAIT_BUYER_PAY": "NOTPAY", "TRADE_SUCCESS": "SUCCESS", "TRADE_CLOSED": "CLOSED"}[trade["status"]]
    told = {
        "appid": APP_ID, "mchid": MERCHANT_ID, "out_trade_no": trade["out_trade_no"], "trade_state": state,
        "trade_state_desc": state, "amount": {"total": trade["fen"], "currency": "CNY"},
    }  # fmt: skip
    if state == "SUCCESS":
        told |= {
            "transaction_id": trade["trade_no"], "trade_type": "MWEB", "bank_type": "OTHERS",
            "success_time": trade["paid"].replace(" ", "T") + "+08:00", "payer": {"openid": "oDemo"},
        }  # fmt: skip
    return told


def signed_headers(keys: Keys, body: bytes, *, is_wrong: bool = False) -> dict[str, str]:
    """Give the headers by which WeChat Pay proves a body."""
    stamp, nonce = str(int(time.time())), secrets.token_hex(16)
    data = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
    return {
        "Wechatpay-Serial": KEY_ID, "Wechatpay-Timestamp": stamp, "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": keys.sign(b"x" + data if is_wrong else data),
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }  # fmt: skip


def notify_body(keys: Keys, trade: Row, **changes: Any) -> bytes:
    """Give the body of a notify of a paid trade; ``changes`` go into what is sealed."""
    nonce = secrets.token_hex(6)
    sealed = keys.seal(nonce, json.dumps({**trade_document(trade), **changes}).encode())
    return json.dumps(
        {
            "id": secrets.token_hex(16), "create_time": trade["paid"].replace(" ", "T") + "+08:00",
            "event_type": "TRANSACTION.SUCCESS", "resource_type": "encrypt-resource", "summary": "支付成功",
            "resource": {
                "algorithm": "AEAD_AES_256_GCM", "original_type": "transaction", "associated_data": "transaction",
                "nonce": nonce, "ciphertext": sealed,
            },
        }
    ).encode()  # fmt: skip


def notify(keys: Keys, trade: Row, faults: Faults) -> None:
    """Tell the merchant in a thread of its own, until it takes it."""
    body = notify_body(keys, trade)
    if faults.forge_notify:
        forged = notify_body(keys, trade, amount={"total": 1, "currency": "CNY"})
        threading.Thread(target=_send, args=(keys, trade["notify_url"], forged, 0.0, True), daemon=True).start()
    if faults.drop_notify:
        return
    for _ in range(2 if faults.duplicate_notify else 1):
        arguments = (keys, trade["notify_url"], body, faults.delay_notify_ms / 1000, False)
        threading.Thread(target=_send, args=arguments, daemon=True).start()


def _send(keys: Keys, url: str, body: bytes, delay: float, is_wrong: bool) -> None:
    time.sleep(delay)
    for pause in RETRY_SECONDS:
        time.sleep(pause)
        headers = {"Content-Type": "application/json", **signed_headers(keys, body, is_wrong=is_wrong)}
        request = urllib.request.Request(url, body, headers)  # noqa: S310 - the merchant's own address
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                if answer.status in (200, 204):
                    return
        except OSError:
            continue
