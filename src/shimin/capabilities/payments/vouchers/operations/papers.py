"""A voucher as a signed PDF with its data inside (XML), and the check of one by anybody."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import structlog

from shimin.capabilities.payments.vouchers.domain.forms import VoucherUnknown
from shimin.capabilities.payments.vouchers.queries.vouchers import VoucherView, find_public, list_vouchers
from shimin.kernel.actor import Actor
from shimin.kernel.clock import CHINA
from shimin.kernel.db import require_no_transaction
from shimin.kernel.errors import Unavailable
from shimin.kernel.rate import LocalBucket
from shimin.kernel.values.money import format_fen, write_capitals
from shimin.ui.documents import FontMissing, Paper, sign_pdf

NO_PAYER = "由收款单位留存"
NOT_A_REAL_ONE = (
    "本票据按财政电子票据的样式由市民之家出具并加盖平台的电子签名，改动后签名失效。"
    "它不是财政部门的电子票据平台开具的，没有财政票据监制章，不能代替财政电子票据报销、入账。"
)
# Per process, as of receipts: a paper costs half a second of a processor; thirty bits are not guessed at this pace.
_papers = LocalBucket(limit=10, per_seconds=60)
_checks = LocalBucket(limit=30, per_seconds=60)
log = structlog.get_logger("shimin.payments")


def get_voucher_for(*, actor: Actor, order_id: int, voucher_id: int, link: str = "") -> VoucherView:
    """Return a voucher of the payer's order, or of one without an account when ``link`` is its secret.

    Raises:
        VoucherUnknown: neither.
    """
    for each in list_vouchers(actor=actor, order_id=order_id, link=link):
        if each.voucher_id == voucher_id:
            return each
    raise VoucherUnknown


def write_voucher(
    *, actor: Actor, order_id: int, voucher_id: int, verify_url: str, now: datetime, link: str = "", address: str = ""
) -> tuple[str, bytes]:
    """Return name and signed PDF of a voucher; the same data as XML is a file inside it, under the same signature.

    Raises:
        VoucherUnknown: not the actor's. TooManyRequests: more than ten in a minute.
        Unavailable: fonts or keys are missing here; the log says which.
    """
    require_no_transaction()
    voucher = get_voucher_for(actor=actor, order_id=order_id, voucher_id=voucher_id, link=link)
    _papers.take(str(actor.account_id or address))
    try:
        content = sign_pdf(_paper(voucher, verify_url, now).to_pdf(), reason="电子票据（样式）", now=now)
    except (FontMissing, OSError, ValueError) as error:
        log.error("payments.voucher_failed", voucher_id=voucher_id, error=str(error))
        raise Unavailable("票据文件暂时做不出来。", mend="缴款不受影响，请稍后再下载。") from error
    return f"{voucher.code}-{voucher.printed_number}", content


def verify_voucher(*, actor: Actor, code: str, number: str, check: str, address: str) -> VoucherView:
    """Return what a voucher says today, for anybody who has it in hand.

    Raises:
        VoucherUnknown: see the class. TooManyRequests: more than thirty from this network address in a minute.
    """
    _checks.take(address)
    return find_public(actor=actor, code=code, number=number, check=check)


def write_xml(voucher: VoucherView) -> bytes:
    """Return the voucher's data. Element names are this project's own: the national schema is not published."""
    root = Element("EVoucher", {"form": "财政电子票据样式", "issuedBy": "shimin"})
    values = (
        ("VoucherCode", voucher.code), ("VoucherNumber", voucher.printed_number), ("CheckCode", voucher.check),
        ("VoucherName", voucher.kind_title), ("IsRed", str(voucher.is_red).lower()),
        ("RelatedVoucher", voucher.related), ("IssueDate", f"{voucher.issued_at.astimezone(CHINA):%Y-%m-%d}"),
        ("IssueTime", f"{voucher.issued_at.astimezone(CHINA):%H:%M:%S}"), ("Payer", voucher.payer_masked),
        ("PaymentCode", voucher.payment_code), ("PayeeCode", voucher.agency_uscc), ("PayeeName", voucher.agency_name),
        ("OrderNumber", voucher.order_number), ("PaidAt", voucher.paid_at.astimezone(CHINA).isoformat()),
    )  # fmt: skip
    for name, value in values:
        SubElement(root, name).text = value
    item = SubElement(SubElement(root, "Items"), "Item")
    for name, value in (
        ("ItemCode", voucher.item_code), ("ItemName", voucher.item_title), ("Remark", voucher.title),
        ("AmountFen", str(voucher.signed_fen)),
    ):  # fmt: skip
        SubElement(item, name).text = value
    SubElement(root, "TotalFen").text = str(voucher.signed_fen)
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _paper(voucher: VoucherView, verify_url: str, now: datetime) -> Paper:
    paper = Paper(f"{voucher.kind_title}{'（红字）' if voucher.is_red else ''}（样式）", made_at=now)
    paper.line("样式，不是财政部门开具的财政电子票据")
    pairs = [
        ("票据代码", voucher.code),
        ("票据号码", voucher.printed_number),
        ("校验码", voucher.check),
        ("开票日期", f"{voucher.issued_at.astimezone(CHINA):%Y年%-m月%-d日}"),
        ("交款人", voucher.payer_masked or NO_PAYER),
        ("收款单位", f"{voucher.agency_name}  {voucher.agency_uscc}"),
    ]
    if voucher.payment_code:
        pairs.append(("缴款码", voucher.payment_code))
    if voucher.is_red:
        pairs.append(("冲销的票据", voucher.related))
    paper.pairs(pairs)
    sign = "-" if voucher.is_red else ""
    amount = f"{sign}{format_fen(voucher.amount_fen)}"
    names = voucher.item_title + (f"\n{voucher.title}" if voucher.title != voucher.item_title else "")
    paper.table(("项目编码", "项目名称", "金额"), [(voucher.item_code, names, amount)], (24, 54, 22))
    capitals = write_capitals(voucher.amount_fen)
    paper.line(f"合计 {amount}  {capitals}{'（负数）' if voucher.is_red else ''}")
    query = urlencode({"code": voucher.code, "number": voucher.printed_number, "check": voucher.check})
    paper.code(
        f"{verify_url}?{query}",
        f"查验：扫描左侧二维码，或打开 {verify_url}，填写票据代码、票据号码和校验码。查验页显示最新状态。",
    )
    paper.note(NOT_A_REAL_ONE)
    paper.note("票据的数据（XML）作为附件在本文件内，受同一个签名保护。")
    paper.attach("voucher.xml", write_xml(voucher))
    return paper
