"""An agreement (代扣协议): a payer lets a gateway take money on our word, until one of the two ends it.

Only some gateways offer it. Every answer is proved (signature) before it becomes one of the values below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from shimin.capabilities.payments.ports.gateway import GatewayRefused, TradeStatus


class AgreementState(StrEnum):
    """What the gateway says of an agreement. ``unknown``: it has never heard of it, or forgot an ended one."""

    UNKNOWN = "unknown"
    UNSIGNED = "unsigned"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class AgreementOffer:
    """What a payer is asked to sign at the gateway. ``external_no`` is ours: 20 to 32 letters and digits."""

    external_no: str
    most_fen: int
    return_url: str
    notify_url: str


@dataclass(frozen=True, slots=True)
class AgreementWord:
    """Proved word of a gateway about one agreement. ``agreement_no`` is the gateway's own number, "" when unknown."""

    external_no: str
    agreement_no: str
    state: AgreementState


@dataclass(frozen=True, slots=True)
class Withholding:
    """What is taken under an agreement. Repeating it under the same ``out_trade_no`` takes nothing twice."""

    agreement_no: str
    out_trade_no: str
    subject: str
    amount_fen: int
    expires_at: datetime
    notify_url: str


class AgreementGone(GatewayRefused):
    """The agreement is ended, or stopped: nothing can be taken under it."""

    code = "agreement_gone"
    message = "自动扣款的协议已经解除。"
    mend = "没有扣款。要继续自动缴，请重新开通。"


class MoneyShort(GatewayRefused):
    """The payer's account has not enough money now."""

    code = "money_short"
    message = "支付账户余额不足，没有扣款。"
    mend = "请保证余额充足，或自己缴这一笔。"


class AgreementGateway(Protocol):
    """A gateway that keeps agreements. Calls raise ``kernel.errors.Unavailable`` when it is not known what happened."""

    code: str
    title: str

    def open_signing(self, offer: AgreementOffer) -> str:
        """Return the address where the payer signs. No call is made.

        Raises:
            Unavailable: our keys cannot be read.
        """
        ...

    def read_agreement_notify(self, headers: Mapping[str, str], body: bytes) -> AgreementWord | None:
        """Return what a notify says of an agreement, None when it tells of something else.

        Raises:
            NotifyForged: see the class.
        """
        ...

    def acknowledge(self) -> tuple[str, bytes]:
        """Return content type and body that tell the gateway not to send the notify again."""
        ...

    def query_agreement(self, external_no: str) -> AgreementWord:
        """Ask how an agreement stands. Raises Unavailable."""
        ...

    def end_agreement(self, external_no: str) -> None:
        """End an agreement; one that is not there any more is ended. Raises GatewayRefused, Unavailable."""
        ...

    def withhold(self, wish: Withholding) -> TradeStatus:
        """Take money and return how the trade stands.

        Raises:
            AgreementGone, MoneyShort, GatewayRefused: nothing was taken.
            Unavailable: not known: query before anything else.
        """
        ...

    def query(self, out_trade_no: str) -> TradeStatus:
        """See ``Gateway.query``."""
        ...


_agreements: dict[str, AgreementGateway] = {}


def register_agreement_gateway(gateway: AgreementGateway) -> None:
    """Add a gateway's agreements; its ``code`` is that of the registered ``Gateway``."""
    _agreements[gateway.code] = gateway


def agreement_gateway(code: str) -> AgreementGateway:
    """Return the gateway's agreements.

    Raises:
        KeyError: it offers none.
    """
    return _agreements[code]


def agreement_gateways() -> list[AgreementGateway]:
    """Return the gateways that offer agreements, in the order they were registered."""
    return list(_agreements.values())
