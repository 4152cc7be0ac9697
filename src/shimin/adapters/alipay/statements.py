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
from typing import IO

from shimin.capabilities.payments.ports import StatementBroken, StatementRow
from shimin.kernel.clock import CHINA

LARGEST = 800_000_000  # bytes of one table: a zip may promise more
MOST_FAULTS = 50
_NUMBER, _OURS, _REFUND = "支付宝交易号", "商户订单号", "退款批次号/请求号"
_AMOUNT, _AT, _KIND = "订单金额（元）", "完成时间", "业务类型"
_COLUMNS = (_NUMBER, _OURS, _KIND, _AT, _AMOUNT, _REFUND)
_YUAN = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,2}))?")
_TOTAL = re.compile(r"#(交易|退款)合计：([0-9]+)笔")
_DAY_LENGTH = 19


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
        self._line = 0
        self._seen = {"交易": 0, "退款": 0}
        self._told: dict[str, int] = {}

    def rows(self) -> Iterator[StatementRow]:
        places: dict[str, int] | None = None
        for cells in csv.reader(self._lines()):
            if not cells:
                continue
            if places is None:
                places = _places(cells)
            elif row := self._row(cells, places):
                yield row
        if places is None:
            self._fault("没有找到表头（支付宝交易号、商户订单号……），这不是支付宝的业务明细。")
        elif not self._faults:
            self._check_totals()
        if self._faults:
            raise StatementBroken(self._faults)

    def _lines(self) -> Iterator[str]:
        """Give the lines of the table; what Alipay writes around it is looked at here."""
        for raw in self._table:
            self._line += 1
            if self._line == 1 and raw.startswith(codecs.BOM_UTF8):
                self._encoding = "utf-8-sig"
            try:
                text = raw.decode(self._encoding)
            except UnicodeDecodeError:
                self._fault("有不能识别的字符，这一行可能损坏了。")
                continue
            if text.startswith("#"):
                if match := _TOTAL.match(text):
                    self._told[match[1]] = int(match[2])
                continue
            yield text.replace("\0", "")

    def _row(self, cells: list[str], places: dict[str, int]) -> StatementRow | None:
        try:
            values = [cells[places[name]].strip() for name in _COLUMNS]
        except IndexError:
            self._fault(f"应有至少{max(places.values()) + 1}列，只有{len(cells)}列。")
            return None
        trade_no, ours, kind, at, amount, refund_no = values
        match = _YUAN.fullmatch(amount)
        if match is None:
            self._fault(f"订单金额“{amount[:20]}”不是金额。")
            return None
        fen = int(match[2]) * 100 + int((match[3] or "0").ljust(2, "0"))
        if not trade_no or not ours:
            self._fault("没有支付宝交易号或商户订单号。")
            return None
        is_refund = kind == "退款" or match[1] == "-"
        if is_refund and not refund_no:
            self._fault("退款没有退款批次号/请求号。")
            return None
        try:
            happened_at = datetime.fromisoformat(at) if len(at) == _DAY_LENGTH else None
        except ValueError:
            happened_at = None
        if happened_at is None or happened_at.tzinfo is not None:
            self._fault(f"完成时间“{at[:30]}”不是时间。")
            return None
        self._seen["退款" if is_refund else "交易"] += 1
        return StatementRow(
            self._line, trade_no, ours, refund_no if is_refund else "", -fen if is_refund else fen,
            happened_at.replace(tzinfo=CHINA),
        )  # fmt: skip

    def _check_totals(self) -> None:
        if set(self._told) != {"交易", "退款"}:
            self._fault("文件没有结尾的合计，可能没有下载完整。")
        for kind, told in self._told.items():
            if told != self._seen[kind]:
                self._fault(f"{kind}合计写的是{told}笔，文件里有{self._seen[kind]}笔。")

    def _fault(self, words: str) -> None:
        if len(self._faults) < MOST_FAULTS:
            self._faults.append((self._line, words))


def _places(cells: list[str]) -> dict[str, int] | None:
    titles = [cell.strip() for cell in cells]
    return {name: titles.index(name) for name in _COLUMNS} if set(_COLUMNS) <= set(titles) else None
