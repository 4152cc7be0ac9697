"""Pure rules of the window: what officers may do for people who stand before them, and the number to sign in with."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum

from stdnum import luhn


class Act(StrEnum):
    """What a window does with a person's account."""

    RAISE = "raise"
    RESET = "reset"
    OPEN = "open"
    GUARDIAN = "guardian"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Act.RAISE: "当面核实身份",
    Act.RESET: "重置登录方式",
    Act.OPEN: "给没有手机的人开账号",
    Act.GUARDIAN: "登记监护人",
}


class ActState(StrEnum):
    """An act waits for a second officer, is done or refused; a done one may be undone."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    UNDONE = "undone"


STATE_WORDS = {
    ActState.WAITING: ("amber", "等另一位同事复核"),
    ActState.DONE: ("green", "已办"),
    ActState.REFUSED: ("grey", "没有办"),
    ActState.UNDONE: ("red", "已撤回"),
}

DECIDE_WITHIN = timedelta(hours=8)  # the person is still in the hall; tomorrow they have to come again
UNDO_WITHIN = timedelta(days=3)
DISPUTE_WITHIN = timedelta(days=30)
SHEET_LIFETIME = timedelta(days=7)

SHEET_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without what is misread on paper
SHEET_LENGTH = 16
_LOGIN_NUMBER = re.compile(r"9\d{11}")


def needs_second(act: Act, *, is_known: bool) -> bool:
    """Tell whether a second officer has to agree.

    Only looking again at somebody whose account is already theirs (``is_known``) may be done alone; whoever could hand
    an account, or a child, to somebody else needs a colleague.
    """
    return not (act is Act.RAISE and is_known)


def make_login_number(drawn: str) -> str:
    """Return the number that somebody without a phone signs in with, from ten random digits: no phone has 12."""
    first = f"9{drawn}"
    return first + luhn.calc_check_digit(first)


def read_login_number(text: str) -> str | None:
    """Return the number as it is stored, None when the text is none (a phone, say)."""
    number = re.sub(r"[\s-]", "", text[:40])
    return number if _LOGIN_NUMBER.fullmatch(number) and number.isascii() and luhn.is_valid(number) else None


def read_sheet_code(text: str) -> str | None:
    """Return a sheet's code as it is stored, None when the text cannot be one."""
    code = re.sub(r"[\s-]", "", text[:60]).upper()
    return code if len(code) == SHEET_LENGTH and set(code) <= set(SHEET_ALPHABET) else None
