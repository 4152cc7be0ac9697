"""A gateway: where a payer's money comes in. One adapter for each (``shimin.adapters``); none knows of orders or debts.

Every answer of a gateway is proved (signature) before it becomes one of the values below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from shimin.kernel.errors import DomainError


class TradeState(StrEnum):
    """What the gateway says of one trade. ``unknown``: it has never heard of it (nobody opened the cashier)."""

    UNKNOWN = "unknown"
    UNPAID = "unpaid"
    PAID = "paid"
    CLOSED = "closed"


class RefundState(StrEnum):
    """What the gateway says of one refund."""

    DONE = "done"
    PENDING = "pending"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Checkout:
    """What a payer is asked to pay at the gateway. ``subject`` holds no personal data."""

    out_trade_no: str
    subject: str
    amount_fen: int
    expires_at: datetime
    return_url: str
    notify_url: str
    payer_address: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class CashierPage:
    """Where to send the payer's browser, or (``is_code``) the text of a QR code to show."""

    url: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class GatewayReceipt:
    """Proved word of a gateway that money came in. ``trade_no`` is the gateway's own number."""

    gateway: str
    out_trade_no: str
    trade_no: str
    amount_fen: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class TradeStatus:
    """A proved answer about one trade; ``receipt`` is there when it is paid."""

    state: TradeState
    receipt: GatewayReceipt | None = None


class StatementRow(NamedTuple):  # a million of them a day: a frozen dataclass takes three times as long to make
    """One movement of a gateway's statement. ``amount_fen`` is negative when money went back.

    ``refund_no`` is our number of the refund, empty for money that came in. Who paid is not taken over.
    """

    line: int
    trade_no: str
    out_trade_no: str
    refund_no: str
    amount_fen: int
    happened_at: datetime


class StatementBroken(Exception):
    """A statement that cannot be read: nothing of it is used. ``faults`` are (line from 1, Chinese words)."""

    def __init__(self, faults: Sequence[tuple[int, str]]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


class NotifyForged(Exception):
    """A notify that is not the gateway's, or not for us; the text says why, for the log. Nothing is believed."""


class GatewayRefused(DomainError):
    """The gateway understood and said no; ``reason`` is its code, for the log."""

    code = "gateway_refused"
    status = 502
    message = "支付机构没有受理这次请求，我们已经记录下来。"
    mend = "没有扣款。请换一种方式付款，或稍后再试。"

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class Gateway(Protocol):
    """One gateway. Calls raise ``kernel.errors.Unavailable`` when it is not known what happened: ask, never guess."""

    code: str
    title: str

    def open_cashier(self, checkout: Checkout) -> CashierPage:
        """Return where the payer pays.

        Raises:
            GatewayRefused, Unavailable.
        """
        ...

    def read_notify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> GatewayReceipt | None:
        """Return the receipt of a notify, None when it tells of something else than money coming in.

        Raises:
            NotifyForged: see the class.
        """
        ...

    def acknowledge(self) -> tuple[str, bytes]:
        """Return content type and body that tell the gateway not to send the notify again."""
        ...

    def query(self, out_trade_no: str) -> TradeStatus:
        """Ask what became of a trade. Raises Unavailable."""
        ...

    def close(self, out_trade_no: str) -> TradeStatus:
        """Close an unpaid trade and return how it stands then (``paid``: the money was quicker). Raises Unavailable."""
        ...

    def refund(self, *, out_trade_no: str, refund_no: str, amount_fen: int, total_fen: int, reason: str) -> RefundState:
        """Give money back; idempotent per ``refund_no``. Raises Unavailable."""
        ...

    def query_refund(self, *, out_trade_no: str, refund_no: str) -> RefundState:
        """Ask what became of a refund. Raises Unavailable."""
        ...

    def statement(self, day: date) -> bytes:
        """Return the gateway's file of one day, as it came. Raises GatewayRefused (none yet), Unavailable."""
        ...

    def read_statement(self, content: bytes) -> Iterator[StatementRow]:
        """Give the rows of a file as they stand in it.

        Raises:
            StatementBroken: at the end, when a line could not be read or the totals do not agree; use no row then.
        """
        ...


_gateways: dict[str, Gateway] = {}


def register_gateway(gateway: Gateway) -> None:
    """Add a gateway; the same code again takes the earlier one's place."""
    _gateways[gateway.code] = gateway


def gateway(code: str) -> Gateway:
    """Return the gateway.

    Raises:
        KeyError: there is none of that code.
    """
    return _gateways[code]


def gateways() -> list[Gateway]:
    """Return the gateways in the order they were registered."""
    return list(_gateways.values())
