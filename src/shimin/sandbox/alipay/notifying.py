"""Notifies, with their faults: none, late, twice, out of order, forged."""

import threading
import time
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlencode

from ..cashier.books import Row, yuan
from ..cashier.faults import RETRY_SECONDS, Faults
from .keys import APP_ID, SELLER_ID, Keys, text_to_sign


def notify_values(keys: Keys, trade: Row) -> dict[str, str]:
    """Give a signed notify of a paid trade."""
    values = {
        "notify_type": "trade_status_sync", "notify_id": f"{trade['trade_no']}n", "app_id": APP_ID,
        "seller_id": SELLER_ID, "charset": "utf-8", "version": "1.0", "notify_time": trade["paid"],
        "trade_no": trade["trade_no"], "out_trade_no": trade["out_trade_no"], "trade_status": "TRADE_SUCCESS",
        "total_amount": yuan(trade["fen"]), "subject": trade["subject"], "gmt_payment": trade["paid"],
    }  # fmt: skip
    return {**values, "sign_type": "RSA2", "sign": keys.sign(text_to_sign(values, ("sign", "sign_type")))}


def notify(keys: Keys, trade: Row, faults: Faults) -> None:
    """Tell the merchant in a thread of its own, until it says success."""
    values = notify_values(keys, trade)
    if faults.forge_notify:
        forged = {**values, "total_amount": "0.01"}
        threading.Thread(target=send, args=(trade["notify_url"], forged, 0.0), daemon=True).start()
    if faults.drop_notify:
        return
    for _ in range(2 if faults.duplicate_notify else 1):
        arguments = (trade["notify_url"], values, faults.delay_notify_ms / 1000)
        threading.Thread(target=send, args=arguments, daemon=True).start()


def send(url: str, values: Mapping[str, str], delay: float) -> None:
    """Send a notify until the merchant says success, or the last try is over."""
    time.sleep(delay)
    for pause in RETRY_SECONDS:
        time.sleep(pause)
        request = urllib.request.Request(url, urlencode(values).encode())  # noqa: S310 - the merchant's own address
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                if answer.read() == b"success":
                    return
        except OSError:
            continue
