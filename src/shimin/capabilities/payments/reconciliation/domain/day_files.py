"""A biller's day file (销账日文件): a line for each payment, in the biller's character set, with a head and totals.

The form is this project's own; real billers have theirs, which an adapter would turn into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from shimin.capabilities.payments.billing.public import Biller, billers
from shimin.capabilities.payments.ports import StatementBroken, StatementRow
from shimin.kernel.clock import CHINA

HEAD = "流水号|账单号|金额（分）|回执号|状态"
MOST_FAULTS = 50
_LINE, _BILL, _FEN = re.compile(r"[0-9]{1,20}"), re.compile(r"[0-9]{6,30}"), re.compile(r"[0-9]{1,12}")
_STATES = {"销账": False, "冲正": True}


@dataclass(frozen=True, slots=True)
class FileLine:
    """One payment of our own file."""

    line_id: int
    bill_number: str
    amount_fen: int
    receipt: str
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class BillerSender:
    """A biller as who sends statements: what ``import_statement`` asks of a gateway."""

    biller: Biller
    day: date

    @property
    def code(self) -> str:
        return self.biller.payee_code

    @property
    def title(self) -> str:
        return self.biller.name

    def read_statement(self, content: bytes) -> Iterator[StatementRow]:
        """Give the rows of the biller's file of the day.

        Raises:
            StatementBroken: see ``payments.ports.Gateway.read_statement``.
        """
        return read_file(content, self.biller, self.day)


def is_biller(code: str) -> bool:
    """Tell whether a sender of statements is a biller."""
    return code.startswith("biller:")


def find_sender(code: str, day: date) -> BillerSender | None:
    """Return the biller of a code ("biller:…")."""
    return next((BillerSender(each, day) for each in billers() if each.payee_code == code), None)


def billers_of(city_code: str) -> list[Biller]:
    """Return a city's billers."""
    return [each for each in billers() if each.city_code == city_code]


def write_file(lines: Iterable[FileLine], biller: Biller, day: date) -> bytes:
    """Return the platform's own file of a day, as the biller reads it."""
    rows = [
        f"{each.line_id}|{each.bill_number}|{each.amount_fen}|{each.receipt.replace('|', '')}|"
        f"{'冲正' if each.is_reversed else '销账'}"
        for each in lines
    ]
    total = sum(int(row.split("|")[2]) for row in rows)
    text = "\n".join([f"#销账日文件|{biller.kind}|{day.isoformat()}", HEAD, *rows, f"#合计|{len(rows)}|{total}"])
    return f"{text}\n".encode(biller.encoding)


def read_file(content: bytes, biller: Biller, day: date) -> Iterator[StatementRow]:
    """Give the rows of a biller's file; what was taken back (冲正) has a negative sum.

    Raises:
        StatementBroken: at the end, when a line could not be read or head or totals are not right; use no row then.
    """
    faults: list[tuple[int, str]] = []
    seen = total = 0
    told: tuple[str, str] | None = None
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
    for number, raw in enumerate(lines, 1):
        try:
            text = raw.decode(biller.encoding)
        except UnicodeDecodeError:
            _note(faults, number, f"有不是{biller.encoding.upper()}的字符，这一行可能损坏了。")
            continue
        cells = text.strip().split("|")
        if number == 1:
            _check_head(cells, biller, day, faults)
        elif cells[0] == "#合计" and len(cells) == 3:
            told = (cells[1], cells[2])
        elif text.strip() and text.strip() != HEAD:
            row = _row(number, cells, day, faults)
            if row is not None:
                seen, total = seen + 1, total + abs(row.amount_fen)
                yield row
    if not lines:
        _note(faults, 0, "文件是空的。")
    elif not faults and told is None:
        _note(faults, len(lines), "文件没有结尾的合计，可能没有传完整。")
    elif not faults and told != (str(seen), str(total)):
        _note(faults, len(lines), f"合计写的是{told and told[0]}笔，文件里有{seen}笔，或金额合计不对。")
    if faults:
        raise StatementBroken(faults)


def _check_head(cells: list[str], biller: Biller, day: date, faults: list[tuple[int, str]]) -> None:
    if cells[0] != "#销账日文件" or len(cells) != 3:
        _note(faults, 1, "第一行应为“#销账日文件|种类|日期”，这不是销账日文件。")
    elif cells[1] != biller.kind:
        _note(faults, 1, f"是“{cells[1][:20]}”的文件，不是{biller.name}的。")
    elif cells[2] != day.isoformat():
        _note(faults, 1, f"是{cells[2][:20]}的文件，不是{day.isoformat()}的。")


def _row(number: int, cells: list[str], day: date, faults: list[tuple[int, str]]) -> StatementRow | None:
    if len(cells) != 5:
        _note(faults, number, f"应有5列，有{len(cells)}列。")
        return None
    line, bill, fen, _, state = cells
    if not _LINE.fullmatch(line) or not _BILL.fullmatch(bill):
        _note(faults, number, "流水号或账单号不是数字。")
    elif not _FEN.fullmatch(fen) or int(fen) == 0:
        _note(faults, number, f"金额“{fen[:20]}”不对。")
    elif state not in _STATES:
        _note(faults, number, f"状态“{state[:10]}”不是销账或冲正。")
    else:
        is_reversed, noon = _STATES[state], datetime.combine(day, time(12), CHINA)
        return StatementRow(
            number, line, bill, line if is_reversed else "", -int(fen) if is_reversed else int(fen), noon
        )
    return None


def _note(faults: list[tuple[int, str]], number: int, words: str) -> None:
    if len(faults) < MOST_FAULTS:
        faults.append((number, words))
