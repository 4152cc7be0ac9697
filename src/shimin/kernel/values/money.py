"""Money is an integer number of fen (CNY cents); floats never touch it."""

from __future__ import annotations

import re

from shimin.kernel.errors import InvalidInput

MAX_FEN = 10**14  # a trillion yuan: anything larger is a slip of the finger or an attack
_YUAN = re.compile(r"([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.([0-9]{1,2}))?")


class InvalidAmount(InvalidInput):
    """Text that is not an amount in yuan with at most two decimals."""

    code = "invalid_amount"
    message = "金额的写法不对。"
    mend = "请写成元，最多两位小数，例如 200 或 35.50。"


def format_fen(fen: int) -> str:
    """Return an amount as people write it: 20000 becomes ¥200.00, -1 becomes -¥0.01."""
    sign = "-" if fen < 0 else ""
    yuan, cents = divmod(abs(fen), 100)
    return f"{sign}¥{yuan:,}.{cents:02d}"


def parse_yuan(text: str) -> int:
    """Return the fen of an amount written in yuan ("200", "¥35.5", "1,200.00").

    Raises:
        InvalidAmount: the text is no such amount, negative, or too large.
    """
    match = _YUAN.fullmatch(text.strip().removeprefix("¥").removeprefix("￥").strip())
    if match is None:
        raise InvalidAmount
    fen = int(match[1].replace(",", "")) * 100 + int((match[2] or "0").ljust(2, "0"))
    if fen > MAX_FEN:
        raise InvalidAmount
    return fen
