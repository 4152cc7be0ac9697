"""A worker that takes announced deductions at the sandbox's Alipay, in a process of its own, for tests that kill it.

``python -m tests.concurrency.payments.auto_pay_process GATEWAY_URL KEYS_FOLDER NOW``: from NOW on, ten times as fast.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
if __name__ == "__main__":
    django.setup()

from shimin.adapters.alipay.agreements import AlipayAgreements
from shimin.adapters.alipay.gateway import AlipayAccount, AlipayGateway
from shimin.adapters.alipay.signing import load_private, load_public
from shimin.capabilities.payments.autopay.public import take_due_deductions
from shimin.capabilities.payments.billing.domain.billers import Biller
from shimin.capabilities.payments.billing.domain.bills import Bill
from shimin.capabilities.payments.billing.ports import ReportAnswer, set_biller_system
from shimin.capabilities.payments.billing.tests.biller_system import FakeBillers, bill
from shimin.capabilities.payments.ports import register_agreement_gateway, register_gateway
from shimin.capabilities.payments.public import close_expired_orders, poll_attempts, settle_due_lines
from shimin.sandbox.alipay.keys import APP_ID, SELLER_ID

BILLS, FEN, SPEED = 40, 5_000, 10


class ManyBills(FakeBillers):
    """A biller that forgets nothing because it keeps nothing: forty open bills, every payment taken."""

    def list_bills(self, biller: Biller, number: str) -> tuple[Bill, ...]:
        return tuple(replace(bill(number, fen=FEN), number=f"{number}{300_001 + at}") for at in range(BILLS))

    def report_payment(
        self, biller: Biller, *, bill_number: str, line: str, fen: int, paid_at: datetime
    ) -> ReportAnswer:
        return ReportAnswer(True, receipt=f"GY{line[-8:]}")


def connect(gateway_url: str, keys: Path) -> tuple[AlipayGateway, AlipayAgreements]:
    """Register the sandbox's Alipay."""
    account = AlipayAccount(
        app_id=APP_ID, seller_id=SELLER_ID, gateway_url=gateway_url,
        private_key=lambda: load_private((keys / "alipay" / "app.pem").read_bytes()),
        alipay_key=lambda: load_public((keys / "alipay" / "alipay.pub.pem").read_bytes()),
    )  # fmt: skip
    gateway = AlipayGateway(account)
    agreements = AlipayAgreements(gateway, "INDUSTRY|PUBLIC_UTILITY")
    register_gateway(gateway)
    register_agreement_gateway(agreements)
    return gateway, agreements


def main() -> None:
    """Work until killed."""
    connect(sys.argv[1], Path(sys.argv[2]))
    set_biller_system(ManyBills())
    begun, started = datetime.fromisoformat(sys.argv[3]), time.monotonic()
    while True:
        now = begun + timedelta(seconds=(time.monotonic() - started) * SPEED)
        went = take_due_deductions(now, notify_url="", limit=3)
        went += poll_attempts(now) + settle_due_lines(now) + close_expired_orders(now)
        if not went:
            time.sleep(0.02)


if __name__ == "__main__":
    main()
