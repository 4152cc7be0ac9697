"""The accounts of the ledger. Debit is positive, credit negative; every transaction sums to zero in each currency.

Assets: ``gateway:<code>`` (it holds money for us), ``cash:<window>`` (in a teller's drawer), ``bank`` (our account).
Liabilities: ``payee:<payee_code>`` (owed to an agency or biller), ``surplus`` (owed back to payers).
Results: ``fees`` (what gateways keep), ``write_off`` (given up or found, with a reason and two people).
"""

from __future__ import annotations

from enum import StrEnum

CURRENCY = "CNY"
SURPLUS = "surplus"
BANK = "bank"
FEES = "fees"
WRITE_OFF = "write_off"


class EntryKind(StrEnum):
    """Why entries were written."""

    CAPTURE = "capture"
    SURPLUS = "surplus"
    REFUND = "refund"
    REVERSAL = "reversal"
    PAYOUT = "payout"  # gateway or drawer -> bank
    TREASURY = "treasury"  # bank -> payee
    WRITE_OFF = "write_off"


def gateway_account(code: str) -> str:
    """Return the account of what a gateway, or a counter ("cash:w1"), holds for us."""
    return code if is_counter(code) else f"gateway:{code}"


def is_counter(code: str) -> bool:
    """Tell whether a "gateway" is a teller's drawer: nobody has to be asked about cash."""
    return code.startswith("cash:")


def payee_account(payee_code: str) -> str:
    """Return the account of what is owed to a payee."""
    return f"payee:{payee_code}"
