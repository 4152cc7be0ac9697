"""Withholding agreements at Alipay: the page that is signed, its notifies, and what may be taken under one."""

import html
import secrets
import threading
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..cashier.books import Books, Row, yuan
from ..cashier.faults import Faults
from ..cashier.server import CHINA
from .keys import APP_ID, Keys, text_to_sign
from .notifying import send

PRODUCT, PERSONAL_PRODUCT = "GENERAL_WITHHOLDING", "GENERAL_WITHHOLDING_P"
USER = "2088102100000156"


def offer(books: Books, content: Mapping[str, Any], values: Mapping[str, str]) -> Row | None:
    """Note the agreement that a page shows; None when it asks for a product the application does not have."""
    if content.get("personal_product_code") != PERSONAL_PRODUCT or not content.get("sign_scene"):
        return None
    rule = content.get("period_rule_params") or {}
    return books.offer_agreement(
        {
            "external_no": str(content["external_agreement_no"]), "scene": content["sign_scene"],
            "agreement_no": datetime.now(CHINA).strftime("%Y%m%d") + str(secrets.randbelow(10**12)).zfill(12),
            "most_fen": int(Decimal(str(rule.get("single_amount", "0"))) * 100),
            "notify_url": values.get("notify_url", ""), "return_url": values.get("return_url", ""),
        }
    )  # fmt: skip


def page_body(agreement: Row) -> str:
    """Give the page's middle: agree, or end what was agreed to."""
    number = html.escape(agreement["external_no"], quote=True)
    hidden = f'<input type="hidden" name="no" value="{number}">'
    match agreement["status"]:
        case "TEMP":
            return (
                "<p>同意后，商户可以按约定自动扣款，每笔扣款前会另行通知您。随时可以解约。</p>"
                f'<form method="post" action="/sign">{hidden}<button>同意协议并开通</button></form>'
            )
        case "NORMAL":
            return f'<p>协议有效。</p><form method="post" action="/unsign">{hidden}<button>解除协议</button></form>'
    return "<p>协议已解除。</p>"


def notify_values(keys: Keys, agreement: Row, at: str) -> dict[str, str]:
    """Give the signed notify of an agreement that was signed, or ended."""
    is_signed = agreement["status"] == "NORMAL"
    kind = "dut_user_sign" if is_signed else "dut_user_unsign"
    values = {
        "notify_type": kind, "notify_id": f"{agreement['agreement_no']}{kind}", "notify_time": at, "app_id": APP_ID,
        "auth_app_id": APP_ID, "charset": "utf-8", "version": "1.0", "alipay_user_id": USER,
        "external_agreement_no": agreement["external_no"], "agreement_no": agreement["agreement_no"],
        "personal_product_code": PERSONAL_PRODUCT, "sign_scene": agreement["scene"],
        "status": "NORMAL" if is_signed else "UNSIGN",
    }  # fmt: skip
    values |= (
        {"sign_time": at, "valid_time": at, "invalid_time": "2115-02-01 00:00:00"} if is_signed else {"unsign_time": at}
    )
    return {**values, "sign_type": "RSA2", "sign": keys.sign(text_to_sign(values, ("sign", "sign_type")))}


def tell(keys: Keys, agreement: Row, at: str, faults: Faults) -> None:
    """Send the notify, unless it is to be lost."""
    if faults.drop_notify or not agreement["notify_url"]:
        return
    values = notify_values(keys, agreement, at)
    for _ in range(2 if faults.duplicate_notify else 1):
        arguments = (agreement["notify_url"], values, faults.delay_notify_ms / 1000)
        threading.Thread(target=send, args=arguments, daemon=True).start()


def described(agreement: Row) -> dict[str, Any]:
    """Give the answer of a query."""
    return {
        "agreement_no": agreement["agreement_no"], "external_agreement_no": agreement["external_no"],
        "personal_product_code": PERSONAL_PRODUCT, "sign_scene": agreement["scene"], "status": agreement["status"],
        "sign_time": agreement["signed"], "valid_time": agreement["signed"], "principal_id": USER,
        "pricipal_type": "CARD", "alipay_logon_id": "139****0000", "invalid_time": "2115-02-01 00:00:00",
        "single_quota": yuan(agreement["most_fen"]),
    }  # fmt: skip


def refusal(agreement: Row | None, content: Mapping[str, Any], faults: Faults) -> str:
    """Give the sub_code for which nothing is taken, empty when it may be."""
    if content.get("product_code") != PRODUCT:
        return "ACQ.ACCESS_FORBIDDEN"
    if agreement is None:
        return "ACQ.AGREEMENT_NOT_EXIST"
    if agreement["status"] != "NORMAL":
        return "ACQ.AGREEMENT_STATUS_NOT_NORMAL"
    fen = int(Decimal(str(content["total_amount"])) * 100)
    if agreement["most_fen"] and fen > agreement["most_fen"]:
        return "ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR"
    return "ACQ.BUYER_BALANCE_NOT_ENOUGH" if faults.short_of_money else ""
