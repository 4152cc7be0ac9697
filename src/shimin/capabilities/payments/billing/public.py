"""What pages, the API and tasks may use of billing."""

from shimin.capabilities.payments.billing.domain.billers import Biller, billers, find_biller
from shimin.capabilities.payments.billing.domain.bills import KIND, Bill, DayUse, ref_of
from shimin.capabilities.payments.billing.domain.cards import KIND as TOP_UP_KIND
from shimin.capabilities.payments.billing.domain.cards import (
    LEAST_YUAN,
    MOST_YUAN,
    USUAL_YUAN,
    CardIssuer,
    CardKind,
    card_issuers,
    card_kinds,
)
from shimin.capabilities.payments.billing.domain.cards import make_ref as make_top_up_ref
from shimin.capabilities.payments.billing.domain.reminders import next_look
from shimin.capabilities.payments.billing.events import AccountBound, AccountUnbound
from shimin.capabilities.payments.billing.operations.binding import (
    LONGEST_HOME,
    AccountNotMatched,
    AlreadyBound,
    TooManyBound,
    bind_account,
    unbind_account,
)
from shimin.capabilities.payments.billing.operations.keeping import BillPayable
from shimin.capabilities.payments.billing.operations.reading import AccountBills, get_account_bills, list_bills
from shimin.capabilities.payments.billing.operations.reading_cards import FoundCard, read_card
from shimin.capabilities.payments.billing.operations.reminding import remind_due_accounts, set_reminders
from shimin.capabilities.payments.billing.operations.topping_up import CardUnknown, top_up
from shimin.capabilities.payments.billing.queries.bound import BoundView, get_bound_for, list_bound, same_bound_id

__all__ = [
    "KIND",
    "LEAST_YUAN",
    "LONGEST_HOME",
    "MOST_YUAN",
    "TOP_UP_KIND",
    "USUAL_YUAN",
    "AccountBills",
    "AccountBound",
    "AccountNotMatched",
    "AccountUnbound",
    "AlreadyBound",
    "Bill",
    "BillPayable",
    "Biller",
    "BoundView",
    "CardIssuer",
    "CardKind",
    "CardUnknown",
    "DayUse",
    "FoundCard",
    "TooManyBound",
    "billers",
    "bind_account",
    "card_issuers",
    "card_kinds",
    "find_biller",
    "get_account_bills",
    "get_bound_for",
    "list_bills",
    "list_bound",
    "make_top_up_ref",
    "next_look",
    "read_card",
    "ref_of",
    "remind_due_accounts",
    "same_bound_id",
    "set_reminders",
    "top_up",
    "unbind_account",
]
