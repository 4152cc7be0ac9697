"""What pages, the API, tasks and other capabilities may use of payments."""

from shimin.capabilities.payments.domain.orders import (
    MOST_FEN,
    MOST_LINES,
    STATE_WORDS,
    LineState,
    OrderState,
    StepRefused,
)
from shimin.capabilities.payments.domain.placing import (
    AlreadyPaid,
    BeingPaid,
    OrderKeyReused,
    PayableClosed,
)
from shimin.capabilities.payments.domain.refunds import REASON_WORDS, STAGE_WORDS, RefundReason, RefundStage
from shimin.capabilities.payments.events import OrderCaptured, OrderClosed, OrderRefunded, OrderSettled
from shimin.capabilities.payments.handles import link_secret
from shimin.capabilities.payments.operations.attempts import (
    OrderExpired,
    begin_payment,
    check_order,
    close_expired_orders,
    close_order,
    poll_attempts,
)
from shimin.capabilities.payments.operations.capturing import CaptureOutcome, capture
from shimin.capabilities.payments.operations.placing import ask_keeper, create_order
from shimin.capabilities.payments.operations.receipts import NotPaidYet, verify_receipt, write_receipt
from shimin.capabilities.payments.operations.refunding import (
    FINANCE,
    RefundDecided,
    RefundTooLarge,
    SameTwoEyes,
    decide_refund,
    request_refund,
    send_due_refunds,
)
from shimin.capabilities.payments.operations.settling import settle_due_lines
from shimin.capabilities.payments.ports import (
    CashierPage,
    Gateway,
    GatewayReceipt,
    GatewayRefused,
    NotifyForged,
    Owed,
    PaidLine,
    Payable,
    SettlementRefused,
    gateway,
    gateways,
    register_payable,
)
from shimin.capabilities.payments.queries.claims import ClaimView, find_claim
from shimin.capabilities.payments.queries.desk import (
    DeskLine,
    DeskOrder,
    DeskRefund,
    count_waiting_refunds,
    find_paid_order,
    list_refunds,
)
from shimin.capabilities.payments.queries.orders import (
    LineView,
    OrderPage,
    OrderView,
    get_order,
    get_order_for,
    list_orders,
)
from shimin.capabilities.payments.queries.receipts import ReceiptFacts, ReceiptUnknown

__all__ = [
    "FINANCE",
    "MOST_FEN",
    "MOST_LINES",
    "REASON_WORDS",
    "STAGE_WORDS",
    "STATE_WORDS",
    "AlreadyPaid",
    "BeingPaid",
    "CaptureOutcome",
    "CashierPage",
    "ClaimView",
    "DeskLine",
    "DeskOrder",
    "DeskRefund",
    "Gateway",
    "GatewayReceipt",
    "GatewayRefused",
    "LineState",
    "LineView",
    "NotPaidYet",
    "NotifyForged",
    "OrderCaptured",
    "OrderClosed",
    "OrderExpired",
    "OrderKeyReused",
    "OrderPage",
    "OrderRefunded",
    "OrderSettled",
    "OrderState",
    "OrderView",
    "Owed",
    "PaidLine",
    "Payable",
    "PayableClosed",
    "ReceiptFacts",
    "ReceiptUnknown",
    "RefundDecided",
    "RefundReason",
    "RefundStage",
    "RefundTooLarge",
    "SameTwoEyes",
    "SettlementRefused",
    "StepRefused",
    "ask_keeper",
    "begin_payment",
    "capture",
    "check_order",
    "close_expired_orders",
    "close_order",
    "count_waiting_refunds",
    "create_order",
    "decide_refund",
    "find_claim",
    "find_paid_order",
    "gateway",
    "gateways",
    "get_order",
    "get_order_for",
    "link_secret",
    "list_orders",
    "list_refunds",
    "poll_attempts",
    "register_payable",
    "request_refund",
    "send_due_refunds",
    "settle_due_lines",
    "verify_receipt",
    "write_receipt",
]
