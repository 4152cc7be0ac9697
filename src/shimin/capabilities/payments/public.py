"""What pages, the API, tasks and other capabilities may use of payments."""

from shimin.capabilities.payments.ports import Owed, PaidLine, Payable, SettlementRefused, register_payable

__all__ = ["Owed", "PaidLine", "Payable", "SettlementRefused", "register_payable"]
