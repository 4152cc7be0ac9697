"""What others implement for payments: keepers of debts, and gateways that move the money."""

from shimin.capabilities.payments.ports.gateway import (
    CashierPage,
    Checkout,
    Gateway,
    GatewayReceipt,
    GatewayRefused,
    NotifyForged,
    RefundState,
    StatementBroken,
    StatementRow,
    TradeState,
    TradeStatus,
    gateway,
    gateways,
    register_gateway,
)
from shimin.capabilities.payments.ports.payable import (
    Owed,
    PaidLine,
    Payable,
    SettlementRefused,
    payable,
    register_payable,
)
from shimin.capabilities.payments.ports.reporter import (
    ActAnswer,
    PaymentReporter,
    payment_reporter,
    set_payment_reporter,
)

__all__ = [
    "ActAnswer",
    "CashierPage",
    "Checkout",
    "Gateway",
    "GatewayReceipt",
    "GatewayRefused",
    "NotifyForged",
    "Owed",
    "PaidLine",
    "Payable",
    "PaymentReporter",
    "RefundState",
    "SettlementRefused",
    "StatementBroken",
    "StatementRow",
    "TradeState",
    "TradeStatus",
    "gateway",
    "gateways",
    "payable",
    "payment_reporter",
    "register_gateway",
    "register_payable",
    "set_payment_reporter",
]
