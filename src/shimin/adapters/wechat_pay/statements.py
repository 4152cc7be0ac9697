"""WeChat Pay's bill of a day (交易账单, ALL): a CSV whose values begin with a backtick, its totals in the last line.

Source: pay.weixin.qq.com, APIv3: 申请交易账单, 账单格式.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime

from shimin.capabilities.payments.ports import StatementBroken, StatementRow
from shimin.kernel.clock import CHINA

MOST_FAULTS = 50
_COLUMNS = ("交易时间", "微信订单号", "商户订单号", "交易状态", "应结订单金额", "商户退款单号", "申请退款金额")
_TOTALS = ("总交易单数",)
_YUAN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?")


def read_statement(content: bytes) -> Iterator[StatementRow]:
    """Give the rows of a bill.

    Raises:
        StatementBroken: see the port.
    """
    faults: list[tuple[int, str]] = []
    places: dict[str, int] | None = None
    seen, told, ends = 0, None, False
    for number, cells in enumerate(_table(content, faults), start=1):
        values = [cell.strip().lstrip("`") for cell in cells]
        if not any(values):
            continue
        if places is None:
            places = {name: values.index(name) for name in _COLUMNS} if set(_COLUMNS) <= set(values) else None
            if places is None:
                _note(faults, number, "没有找到表头（交易时间、微信订单号……），这不是微信支付的交易账单。")
                break
        elif values[0] in _TOTALS:
            ends = True
        elif ends:
            told = int(values[0]) if values[0].isascii() and values[0].isdigit() else None
        elif (row := _row(number, values, places, faults)) is not None:
            seen += 1
            yield row
    if places is None and not faults:
        _note(faults, 0, "文件是空的。")
    if not faults and told != seen:
        words = "文件没有结尾的合计，可能没有下载完整。" if told is None else f"合计写的是{told}笔，文件里有{seen}笔。"
        _note(faults, 0, words)
    if faults:
        raise StatementBroken(faults)


def _table(content: bytes, faults: list[tuple[int, str]]) -> Iterator[list[str]]:
    lines = []
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            lines.append(raw.decode())
        except UnicodeDecodeError:
            _note(faults, number, "有不能识别的字符，这一行可能损坏了。")
            lines.append("")
    return csv.reader(io.StringIO("\n".join(lines).replace("\0", "")))


def _row(number: int, values: list[str], places: dict[str, int], faults: list[tuple[int, str]]) -> StatementRow | None:
    if len(values) <= max(places.values()):
        _note(faults, number, f"应有至少{max(places.values()) + 1}列，只有{len(values)}列。")
        return None
    at, trade_no, ours, state, amount, refund_no, refunded = (values[places[name]] for name in _COLUMNS)
    is_refund = state == "REFUND"
    fen = _fen(refunded if is_refund else amount)
    try:
        happened_at = datetime.strptime(at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    except ValueError:
        _note(faults, number, f"交易时间“{at[:30]}”不是时间。")
        return None
    if fen is None:
        _note(faults, number, f"金额“{(refunded if is_refund else amount)[:20]}”不是金额。")
        return None
    if not trade_no or not ours or (is_refund and refund_no in ("", "0")):
        _note(faults, number, "没有微信订单号、商户订单号，或退款没有商户退款单号。")
        return None
    return StatementRow(number, trade_no, ours, refund_no if is_refund else "", -fen if is_refund else fen, happened_at)


def _fen(text: str) -> int | None:
    match = _YUAN.fullmatch(text)
    return None if match is None else int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))


def _note(faults: list[tuple[int, str]], number: int, words: str) -> None:
    if len(faults) < MOST_FAULTS:
        faults.append((number, words))
