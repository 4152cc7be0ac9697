"""A gateway in memory that keeps agreements, with the faults that tests switch on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shimin.capabilities.payments.ports import (
    AgreementGone,
    AgreementOffer,
    AgreementState,
    AgreementWord,
    Checkout,
    MoneyShort,
    NotifyForged,
    TradeStatus,
    Withholding,
)
from shimin.capabilities.payments.tests.keepers import FakeGateway
from shimin.kernel.db import require_no_transaction
from shimin.kernel.errors import Unavailable

AGREED = "AG1"
TAKEN_AT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@dataclass
class FakeWithholder(FakeGateway):
    """Keeps agreements by our number. ``wishes`` are the numbers under which money was asked for, in order."""

    agreements: dict[str, AgreementState] = field(default_factory=lambda: {AGREED: AgreementState.ACTIVE})
    wishes: list[str] = field(default_factory=list)
    is_short: bool = False
    loses_answers: bool = False

    def open_signing(self, offer: AgreementOffer) -> str:
        self.agreements.setdefault(offer.external_no, AgreementState.UNSIGNED)
        return f"https://cashier.example/sign/{offer.external_no}"

    def sign(self, external_no: str) -> bytes:
        """Sign as the payer does; return the notify's body."""
        self.agreements[external_no] = AgreementState.ACTIVE
        return f"{external_no} active".encode()

    def unsign(self, external_no: str) -> bytes:
        """End it as the payer does at the gateway; return the notify's body."""
        self.agreements[external_no] = AgreementState.ENDED
        return f"{external_no} ended".encode()

    def read_agreement_notify(self, headers: Mapping[str, str], body: bytes) -> AgreementWord | None:
        external_no, _, state = body.decode().partition(" ")
        if state not in ("active", "ended"):
            raise NotifyForged("signature")
        return AgreementWord(external_no, f"G{external_no}", AgreementState(state))

    def query_agreement(self, external_no: str) -> AgreementWord:
        self._up()
        return AgreementWord(external_no, f"G{external_no}", self.agreements.get(external_no, AgreementState.UNKNOWN))

    def end_agreement(self, external_no: str) -> None:
        require_no_transaction()
        self._up()
        self.agreements[external_no] = AgreementState.ENDED

    def withhold(self, wish: Withholding) -> TradeStatus:
        require_no_transaction()
        self._up()
        self.wishes.append(wish.out_trade_no)
        if wish.out_trade_no not in self.receipts:
            if self.agreements.get(wish.agreement_no.removeprefix("G")) is not AgreementState.ACTIVE:
                raise AgreementGone("ACQ.AGREEMENT_NOT_EXIST")
            if self.is_short:
                raise MoneyShort("ACQ.BUYER_BALANCE_NOT_ENOUGH")
            self.trades[wish.out_trade_no] = Checkout(
                wish.out_trade_no, wish.subject, wish.amount_fen, wish.expires_at, "", wish.notify_url
            )
            self.pay(wish.out_trade_no, TAKEN_AT)
        if self.loses_answers:
            raise Unavailable
        return self.query(wish.out_trade_no)
