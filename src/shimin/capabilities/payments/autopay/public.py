"""What pages, the API and tasks may use of automatic payment."""

from shimin.capabilities.payments.autopay.domain.states import (
    DEDUCTION_WORDS,
    ENDED_WORDS,
    PLAN_WORDS,
    REASON_WORDS,
    DeductionState,
    EndedBy,
    PlanState,
    Reason,
)
from shimin.capabilities.payments.autopay.domain.terms import (
    MOST_BILL_YUAN,
    MOST_CAP_YUAN,
    MOST_CARD_YUAN,
    MOST_THRESHOLD_YUAN,
    About,
)
from shimin.capabilities.payments.autopay.events import (
    AutoPayEnded,
    AutoPaySigned,
    DeductionAnnounced,
    DeductionEnded,
)
from shimin.capabilities.payments.autopay.operations.changes import PlanNotLive
from shimin.capabilities.payments.autopay.operations.looking import look_at_due_plans
from shimin.capabilities.payments.autopay.operations.setting_up import (
    AlreadyAutomatic,
    TooManyPlans,
    set_up_bills,
    set_up_card,
)
from shimin.capabilities.payments.autopay.operations.signing import (
    check_signing,
    end_at_gateways,
    note_agreement,
    open_signing,
)
from shimin.capabilities.payments.autopay.operations.steering import (
    DeductionBegun,
    pause_plan,
    resume_plan,
    skip_deduction,
    take_deduction_now,
    withdraw_plan,
)
from shimin.capabilities.payments.autopay.operations.taking import take_due_deductions
from shimin.capabilities.payments.autopay.queries.plans import (
    DeductionPage,
    DeductionView,
    PlanView,
    get_plan_for,
    list_deductions,
    list_plans,
)

__all__ = [
    "DEDUCTION_WORDS",
    "ENDED_WORDS",
    "MOST_BILL_YUAN",
    "MOST_CAP_YUAN",
    "MOST_CARD_YUAN",
    "MOST_THRESHOLD_YUAN",
    "PLAN_WORDS",
    "REASON_WORDS",
    "About",
    "AlreadyAutomatic",
    "AutoPayEnded",
    "AutoPaySigned",
    "DeductionAnnounced",
    "DeductionBegun",
    "DeductionEnded",
    "DeductionPage",
    "DeductionState",
    "DeductionView",
    "EndedBy",
    "PlanNotLive",
    "PlanState",
    "PlanView",
    "Reason",
    "TooManyPlans",
    "check_signing",
    "end_at_gateways",
    "get_plan_for",
    "list_deductions",
    "list_plans",
    "look_at_due_plans",
    "note_agreement",
    "open_signing",
    "pause_plan",
    "resume_plan",
    "set_up_bills",
    "set_up_card",
    "skip_deduction",
    "take_deduction_now",
    "take_due_deductions",
    "withdraw_plan",
]
