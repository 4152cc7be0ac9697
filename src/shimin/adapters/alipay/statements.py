"""Alipay's bill of a day (业务明细): a CSV in GBK, alone or in a zip, with lines of its own before and after the table.

Source: opendocs.alipay.com: alipay.data.dataservice.bill.downloadurl.query, bill_type trade.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import IO, Any

from shimin.capabilities.payments.ports import StatementBroken, StatementRow
from shimin.kernel.clock import CHINA

LARGEST = 800_000_000  # bytes of one table: a zip may promise more
MOST_FAULTS = 50
_NUMBER, _OURS, _REFUND = "支付宝交易号", "商户订单号", "退款批次号/请求号"
_AMOUNT, _AT, _KIND = "订单金额（元）", "完成时间", "业务类型"
_COLUMNS = (_NUMBER, _OURS, _KIND, _AT, _AMOUNT, _REFUND)
_YUAN = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,2}))?")
_TOTAL = re.compile(r"#(交易|退款)合计：([0-9]+)笔")
_TIME_LENGTH = 19
_BLOCK = 1 << 20


def read_statement(content: bytes) -> Iterator[StatementRow]:
    """Give the rows of a bill.

    Raises:
        StatementBroken: see the port.
    """
    if not content.startswith(b"PK"):
        yield from _Reader(io.BytesIO(content)).rows()
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(_entry(archive)) as table:
            yield from _Reader(table).rows()
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise StatementBroken([(0, "压缩包打不开，请重新下载。")]) from error


def _entry(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    for entry in archive.infolist():
        name = entry.filename if entry.flag_bits & 0x800 else _gbk_name(entry.filename)
        if name.endswith(".csv") and "汇总" not in name:
            if entry.file_size > LARGEST:
                raise StatementBroken([(0, "文件太大，请按天下载。")])
            return entry
    raise StatementBroken([(0, "压缩包里没有业务明细（.csv）。")])


def _gbk_name(name: str) -> str:
    try:
        return name.encode("cp437").decode("gbk")
    except UnicodeError:
        return name


class _Reader:
    """One pass over a table."""

    def __init__(self, table: IO[bytes]) -> None:
        self._table = table
        self._encoding = "gb18030"
        self._faults: list[tuple[int, str]] = []
        self._seen = {"交易": 0, "退款": 0}
        self._told: dict[str, int] = {}

    def rows(self) -> Iterator[StatementRow]:
        # All the way to the cells without a Python step for each line: a day may have a million of them.
        table = csv.reader(chain.from_iterable(self._blocks()))
        try:
            if (places := self._places(table)) is None:
                self._fault(0, "没有找到表头（支付宝交易号、商户订单号……），这不是支付宝的业务明细。")
            else:
                yield from self._rows(table, places)
        except csv.Error:  # a cell of more than 128 KiB
            self._fault(table.line_num, "这一行太长，可能损坏了。")
        if not self._faults:
            self._check_totals(table.line_num)
        if self._faults:
            raise StatementBroken(sorted(self._faults)[:MOST_FAULTS])

    def _blocks(self) -> Iterator[list[str]]:
        """Give the lines some thousands at a time; one that cannot be read is empty, and a fault."""
        left, line = self._table.read(len(codecs.BOM_UTF8)), 0
        if left == codecs.BOM_UTF8:
            self._encoding, left = "utf-8", b""
        while block := self._table.read(_BLOCK):
            whole, _, left = (left + block).rpartition(b"\n")
            if whole:
                yield (lines := self._decoded(whole, line))
                line += len(lines)
        if left:
            yield self._decoded(left, line)

    def _decoded(self, block: bytes, before: int) -> list[str]:
        try:
            return block.decode(self._encoding).replace("\0", "").split("\n")
        except UnicodeDecodeError:
            return [self._line(line, number) for number, line in enumerate(block.split(b"\n"), before + 1)]

    def _line(self, line: bytes, number: int) -> str:
        try:
            return line.decode(self._encoding).replace("\0", "")
        except UnicodeDecodeError:
            self._fault(number, "有不能识别的字符，这一行可能损坏了。")
            return ""

    def _places(self, table: Iterator[list[str]]) -> list[int] | None:
        """Go on to the head of the table and return where the columns are."""
        for cells in table:
            titles = [cell.strip() for cell in cells]
            if set(_COLUMNS) <= set(titles):
                return [titles.index(name) for name in _COLUMNS]
        return None

    def _rows(self, table: Any, places: list[int]) -> Iterator[StatementRow]:
        pick, wanted, refunds, others = itemgetter(*places), max(places) + 1, 0, 0
        for cells in table:
            if not cells or cells[0].startswith("#"):
                self._read_total(cells)
                continue
            try:
                trade_no, ours, kind, at, amount, refund_no = [cell.strip() for cell in pick(cells)]
            except IndexError:
                self._fault(table.line_num, f"应有至少{wanted}列，只有{len(cells)}列。")
                continue
            fen, is_negative = _fen(amount)
            is_refund = kind == "退款" or is_negative
            happened_at = _time(at)
            if fen is None:
                self._fault(table.line_num, f"订单金额“{amount[:20]}”不是金额。")
            elif not trade_no or not ours:
                self._fault(table.line_num, "没有支付宝交易号或商户订单号。")
            elif is_refund and not refund_no:
                self._fault(table.line_num, "退款没有退款批次号/请求号。")
            elif happened_at is None:
                self._fault(table.line_num, f"完成时间“{at[:30]}”不是时间。")
            elif is_refund:
                refunds += 1
                yield StatementRow(table.line_num, trade_no, ours, refund_no, -fen, happened_at)
            else:
                others += 1
                yield StatementRow(table.line_num, trade_no, ours, "", fen, happened_at)
        self._seen = {"交易": others, "退款": refunds}

    def _read_total(self, cells: list[str]) -> None:
        if cells and (match := _TOTAL.match(cells[0])):
            self._told[match[1]] = int(match[2])

    def _check_totals(self, line: int) -> None:
        if set(self._told) != {"交易", "退款"}:
            self._fault(line, "文件没有结尾的合计，可能没有下载完整。")
        for kind, told in self._told.items():
            if told != self._seen[kind]:
                self._fault(line, f"{kind}合计写的是{told}笔，文件里有{self._seen[kind]}笔。")

    def _fault(self, line: int, words: str) -> None:
        if len(self._faults) < MOST_FAULTS:
            self._faults.append((line, words))


@lru_cache(maxsize=10_000)  # the sums and seconds of a day come again and again
def _fen(amount: str) -> tuple[int | None, bool]:
    match = _YUAN.fullmatch(amount)
    if match is None:
        return None, False
    return int(match[2]) * 100 + int((match[3] or "0").ljust(2, "0")), bool(match[1])


@lru_cache(maxsize=90_000)
def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if len(text) == _TIME_LENGTH else None
    except ValueError:
        return None
    return None if at is None or at.tzinfo is not None else at.replace(tzinfo=CHINA)
