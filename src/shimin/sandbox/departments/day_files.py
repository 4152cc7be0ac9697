"""The billers' day files (销账日文件), T+1: what a biller has booked of one day, and how the platform's file differs.

A line for each payment that the platform told of: number, bill, fen, receipt, and whether it stands (销账) or was taken
back (冲正). Some billers write GBK, as old systems do.
"""

import base64
import binascii
import gzip
import hashlib
import zlib
from datetime import date

from ..archive import Archive, Row
from ..books import Payment
from ..department import Field, Param, Record
from ..enquiry import Enquiry
from ..lives.utilities import UTILITIES, UTILITY_BY_CODE

GBK = frozenset({"water", "gas"})
HEAD = "流水号|账单号|金额（分）|回执号|状态"
LARGEST = 4_000_000  # bytes of a file once unpacked
_UTILITY = Param("utility", "收费种类", pattern="|".join(utility.code for utility in UTILITIES))
_DAY = Param("day", "日期", pattern=r"20\d\d-\d\d-\d\d")


def write_file(utility: str, day: str, payments: list[Payment]) -> str:
    """Write the file of a day as text."""
    lines = [f"#销账日文件|{utility}|{day}", HEAD]
    lines += [f"{each.line}|{each.debt}|{each.fen}|{each.receipt}|{_state(each)}" for each in payments]
    lines.append(f"#合计|{len(payments)}|{sum(each.fen for each in payments)}")
    return "\n".join(lines) + "\n"


def _state(payment: Payment) -> str:
    return "冲正" if payment.is_reversed else "销账"


def _payments(archive: Archive, enquiry: Enquiry) -> list[Payment]:
    utility = UTILITY_BY_CODE[enquiry.params["utility"]]
    day = date.fromisoformat(enquiry.params["day"])
    return archive.books.list_of(f"{utility.digit}", f"GY{day:%Y%m%d}")


def _read_file(archive: Archive, enquiry: Enquiry) -> list[Row] | None:
    utility, day, faults = enquiry.params["utility"], enquiry.params["day"], enquiry.faults
    told = _payments(archive, enquiry)[faults.day_file_missing :]
    for at in range(min(faults.day_file_wrong, len(told))):
        told[at] = Payment(told[at].line, told[at].debt, told[at].fen + 1, told[at].receipt, told[at].is_reversed)
    digit = UTILITY_BY_CODE[utility].digit
    told += [
        Payment(f"{9 * 10**17 + at}", f"{digit}{at:015d}", 100 + at, f"GY{day.replace('-', '')}{at:08d}", False)
        for at in range(faults.day_file_extra)
    ]
    text = write_file(utility, day, told)
    if faults.day_file_broken:
        text = text.replace(f"{HEAD}\n", f"{HEAD}\n123|坏行\n")
    encoding = "gbk" if utility in GBK else "utf-8"
    content = text.encode(encoding)
    return [
        {
            "content": base64.b64encode(content).decode(), "encoding": encoding,
            "sha256": hashlib.sha256(content).hexdigest(), "lines": len(told),
        }
    ]  # fmt: skip


def _check_file(archive: Archive, enquiry: Enquiry) -> list[Row] | None:
    """Read the platform's file and tell each difference; its bytes must be those whose hash it names."""
    try:
        packed = base64.b64decode(enquiry.params["content"], validate=True)
        content = zlib.decompressobj(wbits=31).decompress(packed, LARGEST)
    except (binascii.Error, zlib.error):
        return [_difference("", "", "unreadable", None, None)]
    if hashlib.sha256(content).hexdigest() != enquiry.params["sha256"]:
        return [_difference("", "", "unreadable", None, None)]
    utility = enquiry.params["utility"]
    told: dict[str, tuple[str, int, str]] = {}
    for number, text in enumerate(content.decode("gbk" if utility in GBK else "utf-8", "replace").splitlines(), 1):
        if text.startswith("#") or text == HEAD or not text:
            continue
        cells = text.split("|")
        if len(cells) != 5 or not cells[2].isdecimal():
            return [_difference(f"第{number}行", "", "unreadable", None, None)]
        told[cells[0]] = (cells[1], int(cells[2]), cells[4])
    booked = {each.line: each for each in _payments(archive, enquiry)}
    rows = []
    for line in sorted(told.keys() | booked.keys()):
        ours, theirs = booked.get(line), told.get(line)
        if ours is None and theirs is not None and theirs[2] == "销账":
            rows.append(_difference(line, theirs[0], "not_booked", None, theirs[1]))
        elif theirs is None and ours is not None and not ours.is_reversed:
            rows.append(_difference(line, ours.debt, "not_in_file", ours.fen, None))
        elif ours is not None and theirs is not None and ours.fen != theirs[1]:
            rows.append(_difference(line, ours.debt, "wrong_amount", ours.fen, theirs[1]))
        elif ours is not None and theirs is not None and _state(ours) != theirs[2]:
            rows.append(_difference(line, ours.debt, "wrong_state", ours.fen, theirs[1]))
    return rows


def _difference(line: str, bill: str, kind: str, ours: int | None, theirs: int | None) -> Row:
    return {"line": line, "bill_number": bill, "difference": kind, "booked_fen": ours, "told_fen": theirs}


def pack(content: bytes) -> str:
    """Pack a file as the platform sends it."""
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()


RECORDS = (
    Record(
        "day-file",
        "销账日文件（T+1）",
        (
            Field("content", "string", "文件（base64）"),
            Field("encoding", "string", "字符集", values=("utf-8", "gbk")),
            Field("sha256", "string", "文件的 SHA-256"),
            Field("lines", "integer", "笔数"),
        ),
        _read_file,
        (_UTILITY, _DAY),
        about_person=False,
    ),
    Record(
        "day-file-check",
        "核对平台的销账日文件，答复差异",
        (
            Field("line", "string", "流水号；读不懂时为行号"),
            Field("bill_number", "string", "账单号"),
            Field(
                "difference", "string", "差异",
                values=("not_booked", "not_in_file", "wrong_amount", "wrong_state", "unreadable"),
            ),
            Field("booked_fen", "integer", "收费单位的金额（分）", nullable=True),
            Field("told_fen", "integer", "平台文件的金额（分）", nullable=True),
        ),
        _check_file,
        (
            _UTILITY,
            _DAY,
            Param("sha256", "文件的 SHA-256", pattern="[0-9a-f]{64}"),
            Param("content", "文件（gzip，再 base64）", pattern="[A-Za-z0-9+/=]{1,60000}"),
        ),
        about_person=False,
    ),
)  # fmt: skip
