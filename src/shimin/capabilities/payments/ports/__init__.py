"""What others implement for payments: keepers of debts, and gateways that move the money."""

from shimin.capabilities.payments.ports.gateway import (
    CashierPage,
    Checkout,
    Gateway,
    GatewayReceipt,
    GatewayRefused,
    NotifyForged,
    RefundState,
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

__all__ = [
    "CashierPage",
    "Checkout",
    "Gateway",
    "GatewayReceipt",
    "GatewayRefused",
    "NotifyForged",
    "Owed",
    "PaidLine",
    "Payable",
    "RefundState",
    "SettlementRefused",
    "TradeState",
    "TradeStatus",
    "gateway",
    "gateways",
    "payable",
    "register_gateway",
    "register_payable",
]
