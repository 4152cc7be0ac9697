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


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def write_capitals(fen: int) -> str:
    """Return an amount in the capitals of vouchers: 15000 becomes 人民币壹佰伍拾元整, 10203 人民币壹佰零贰元零叁分.

    Raises:
        ValueError: the amount is negative or above MAX_FEN.
    Source: 支付结算办法 (银发〔1997〕393号), 附一 正确填写票据和结算凭证的基本规定.
    """
    if not 0 <= fen <= MAX_FEN:
        raise ValueError("no amount of a voucher")
    yuan, cents = divmod(fen, 100)
    jiao, rest = divmod(cents, 10)
    whole = f"{_write_whole(yuan)}元" if yuan else ""
    if not cents:
        return f"人民币{whole or '零元'}整"
    tail = f"{_DIGITS[jiao]}角" if jiao else ("零" if whole else "")
    return f"人民币{whole}{tail}" + (f"{_DIGITS[rest]}分" if rest else "整" if jiao else "")


def _write_whole(number: int) -> str:
    """Write groups of four digits; a gap of zeros inside is one 零."""
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += _write_group(group) + _GROUPS[place]
        gap = False
    return text.replace("万亿", "万", 1) if text.count("亿") > 1 else text


def _write_group(group: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = bool(text)
    return text
