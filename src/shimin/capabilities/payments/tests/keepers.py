"""A keeper of debts and a gateway in memory, with the faults that tests switch on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import count

from shimin.capabilities.payments.ports import (
    CashierPage,
    Checkout,
    GatewayReceipt,
    GatewayRefused,
    Owed,
    PaidLine,
    RefundState,
    SettlementRefused,
    StatementBroken,
    StatementRow,
    TradeState,
    TradeStatus,
)
from shimin.kernel.actor import Actor
from shimin.kernel.errors import NotFound, Unavailable


@dataclass
class FakeKeeper:
    """Keeps debts by reference; ``owe`` adds one."""

    kind: str = "test"
    debts: dict[str, Owed] = field(default_factory=dict)
    settled: list[int] = field(default_factory=list)
    reverted: list[int] = field(default_factory=list)
    is_down: bool = False
    refuses: bool = False

    def owe(self, ref: str, amount_fen: int = 20_000, **changes: object) -> tuple[str, str]:
        """Add a debt and return (kind, ref)."""
        owed = Owed(
            kind=self.kind, ref=ref, title="交通违法罚款", amount_fen=amount_fen, city_code="430100",
            payee_code="agency:77", payee_name="长沙市公安局交通警察支队", agency_id=77, item_code="103050101",
        )  # fmt: skip
        self.debts[ref] = replace(owed, **changes)  # type: ignore[arg-type]
        return self.kind, ref

    def owed(self, *, actor: Actor, ref: str, now: datetime) -> Owed:
        if ref not in self.debts:
            raise NotFound
        return self.debts[ref]

    def settle(self, *, line: PaidLine, now: datetime) -> str:
        if self.is_down:
            raise Unavailable
        if self.refuses:
            raise SettlementRefused("paid_elsewhere")
        self.settled.append(line.line_id)
        self.debts[line.ref] = replace(self.debts[line.ref], closed_words="已缴清。")
        return f"R{line.line_id}"

    def revert(self, *, line: PaidLine, now: datetime) -> None:
        if self.is_down:
            raise Unavailable
        self.reverted.append(line.line_id)
        self.debts[line.ref] = replace(self.debts[line.ref], closed_words="")


@dataclass
class FakeGateway:
    """Keeps trades by our number. ``pay`` is what a payer does at its cashier."""

    code: str = "testpay"
    title: str = "测试支付"
    trades: dict[str, Checkout] = field(default_factory=dict)
    receipts: dict[str, GatewayReceipt] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
    statements: dict[date, bytes] = field(default_factory=dict)
    is_down: bool = False
    refuses: bool = False
    refund_state: RefundState = RefundState.DONE
    numbers: count[int] = field(default_factory=lambda: count(1))

    def open_cashier(self, checkout: Checkout) -> CashierPage:
        self._up()
        self.trades[checkout.out_trade_no] = checkout
        return CashierPage(f"https://cashier.example/{checkout.out_trade_no}")

    def pay(self, out_trade_no: str, now: datetime) -> GatewayReceipt:
        """Pay a trade and return the receipt a notify would carry."""
        checkout = self.trades[out_trade_no]
        receipt = GatewayReceipt(self.code, out_trade_no, f"T{next(self.numbers)}", checkout.amount_fen, now)
        self.receipts[out_trade_no] = receipt
        return receipt

    def read_notify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> GatewayReceipt | None:
        return self.receipts[body.decode()]

    def acknowledge(self) -> tuple[str, bytes]:
        return "text/plain", b"ok"

    def query(self, out_trade_no: str) -> TradeStatus:
        self._up()
        receipt = self.receipts.get(out_trade_no)
        if receipt is not None:
            return TradeStatus(TradeState.PAID, receipt)
        return TradeStatus(TradeState.UNPAID if out_trade_no in self.trades else TradeState.UNKNOWN)

    def close(self, out_trade_no: str) -> TradeStatus:
        status = self.query(out_trade_no)
        return status if status.receipt else TradeStatus(TradeState.CLOSED)

    def refund(self, *, out_trade_no: str, refund_no: str, amount_fen: int, total_fen: int, reason: str) -> RefundState:
        self._up()
        self.refunds[refund_no] = amount_fen
        return self.refund_state

    def query_refund(self, *, out_trade_no: str, refund_no: str) -> RefundState:
        self._up()
        return self.refund_state if refund_no in self.refunds else RefundState.UNKNOWN

    def statement(self, day: date) -> bytes:
        """Give the statement that a test has written, as lines "trade,ours,refund,fen,moment"."""
        self._up()
        if day not in self.statements:
            raise GatewayRefused("no bill yet")
        return self.statements[day]

    def read_statement(self, content: bytes) -> Iterator[StatementRow]:
        for number, text in enumerate(content.decode().splitlines(), 1):
            if not text:
                continue
            try:
                trade, ours, refund, fen, moment = text.split(",")
                yield StatementRow(number, trade, ours, refund, int(fen), datetime.fromisoformat(moment))
            except ValueError:
                raise StatementBroken([(number, "这一行读不懂。")]) from None

    def _up(self) -> None:
        if self.refuses:
            raise GatewayRefused("isv.invalid-app-id")
        if self.is_down:
            raise Unavailable
