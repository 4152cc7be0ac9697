"""What a person may agree to, when a deduction follows its announcement, and when the next look is."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from shimin.kernel.clock import CHINA
from shimin.kernel.errors import InvalidInput

MOST_CAP_YUAN = 5_000
MOST_BILL_YUAN = 2_000
MOST_THRESHOLD_YUAN = 200
MOST_CARD_YUAN = 500
LEAD = {"bill": timedelta(hours=24), "card": timedelta(minutes=10)}
"""How long before it is taken a deduction is announced: a card that runs empty cannot wait a day."""
CARD_LOOK = timedelta(hours=1)
TIME_TO_SIGN = timedelta(days=1)
MOST_FAILURES = 3
FAILED_PAUSE = timedelta(days=1)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)


class About(StrEnum):
    """What a plan pays: the bills of a bound account, or a card that runs low."""

    BILL = "bill"
    CARD = "card"


def check_bill_terms(*, most_yuan: int, cap_yuan: int, consents: bool) -> None:
    """Check what is agreed to for bills; sums in whole yuan.

    Raises:
        InvalidInput: a sum cannot be, or there is no consent.
    """
    faults = _faults(cap_yuan, consents)
    if not 1 <= most_yuan <= MOST_BILL_YUAN:
        faults["most_yuan"] = f"请填整元，1 到 {MOST_BILL_YUAN} 元。"
    elif not faults and most_yuan > cap_yuan:
        faults["cap_yuan"] = "每月上限不能小于每笔上限。"
    _refuse(faults)


def check_card_terms(*, threshold_yuan: int, amount_yuan: int, cap_yuan: int, consents: bool) -> None:
    """Check what is agreed to for a card; sums in whole yuan.

    Raises:
        InvalidInput: a sum cannot be, or there is no consent.
    """
    faults = _faults(cap_yuan, consents)
    if not 1 <= threshold_yuan <= MOST_THRESHOLD_YUAN:
        faults["threshold_yuan"] = f"请填整元，1 到 {MOST_THRESHOLD_YUAN} 元。"
    if not 1 <= amount_yuan <= MOST_CARD_YUAN:
        faults["amount_yuan"] = f"请填整元，1 到 {MOST_CARD_YUAN} 元。"
    elif not faults and amount_yuan > cap_yuan:
        faults["cap_yuan"] = "每月上限不能小于每次充值的金额。"
    _refuse(faults)


def _faults(cap_yuan: int, consents: bool) -> dict[str, str]:
    faults = {}
    if not 1 <= cap_yuan <= MOST_CAP_YUAN:
        faults["cap_yuan"] = f"请填整元，1 到 {MOST_CAP_YUAN} 元。"
    if not consents:
        faults["consents"] = "请确认同意自动扣款的约定。"
    return faults


def _refuse(faults: dict[str, str]) -> None:
    if faults:
        raise InvalidInput(fields=faults)


def month_of(now: datetime) -> str:
    """Return China's month of a moment: "2026-11"."""
    return f"{now.astimezone(CHINA):%Y-%m}"


def pause_after(tries: int) -> timedelta:
    """Return how long to wait before asking once more: half a minute, doubled each time, at most six hours."""
    return min(_doubled(_FIRST_PAUSE, tries), _LONGEST_PAUSE)


def follow_after(tries: int) -> timedelta:
    """Return how long to wait before looking again whether the payee has confirmed: it mostly takes seconds."""
    return min(_doubled(timedelta(seconds=2), tries), timedelta(minutes=15))


def _doubled(first: timedelta, tries: int) -> timedelta:
    return timedelta(seconds=first.total_seconds() * 2.0 ** min(max(tries, 0), 20))
