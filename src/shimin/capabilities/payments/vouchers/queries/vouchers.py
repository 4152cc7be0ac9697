"""Vouchers: of an order for its payer, by code, number and check code for anybody, the latest for finance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from shimin.capabilities.payments.handles import link_hash
from shimin.capabilities.payments.vouchers.domain.forms import VoucherUnknown, check_code, read_number
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope

PAGE = 100
# ``related``: of a red one what it takes back, of one that was taken back the red one.
_ROWS = """
    SELECT v.id, v.code, v.number, v.kind_title, v.agency_name, v.agency_uscc, v.item_code, v.item_title, v.title,
      v.payment_code, v.payer_masked, v.amount_fen, v.order_number, v.paid_at, v.issued_at, v.reverses_id IS NOT NULL,
      v.reversed_at, coalesce(r.code || '-' || lpad(r.number::text, 10, '0'), '')
    FROM {source} v LEFT JOIN {source} r ON r.id = v.reverses_id OR r.reverses_id = v.id
    WHERE {condition} ORDER BY v.id {direction} LIMIT {limit}
"""
_OF_ORDER = _ROWS.format(
    source="(SELECT * FROM vouchers_voucher WHERE order_id = %(order)s)", condition="true", direction="", limit=PAGE
)
_BY_LINK = _ROWS.format(
    source="vouchers_by_link(%(order)s::bigint, %(link)s::bytea)", condition="true", direction="", limit=PAGE
)  # fmt: skip
_PUBLIC = _ROWS.format(
    source="vouchers_by_number(%(city)s::text, %(code)s::text, %(number)s::bigint)",
    condition="v.code = %(code)s::text AND v.number = %(number)s::bigint", direction="", limit=1,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class VoucherView:
    """A voucher as it stands today; ``amount_fen`` is positive also of a red one."""

    voucher_id: int
    code: str
    number: int
    kind_title: str
    agency_name: str
    agency_uscc: str
    item_code: str
    item_title: str
    title: str
    payment_code: str
    payer_masked: str
    amount_fen: int
    order_number: str
    paid_at: datetime
    issued_at: datetime
    is_red: bool
    reversed_at: datetime | None
    related: str

    @property
    def printed_number(self) -> str:
        return f"{self.number:010d}"

    @property
    def check(self) -> str:
        return check_code(self.code, self.number)

    @property
    def signed_fen(self) -> int:
        return -self.amount_fen if self.is_red else self.amount_fen

    @property
    def is_valid(self) -> bool:
        return not self.is_red and self.reversed_at is None


def list_vouchers(*, actor: Actor, order_id: int, link: str = "") -> list[VoucherView]:
    """Return an order's vouchers in the order they were issued: for its payer, finance, or who has its link."""
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(_OF_ORDER, {"order": order_id})
        rows = cursor.fetchall()
        if not rows and link:
            cursor.execute(_BY_LINK, {"order": order_id, "link": link_hash(link)})
            rows = cursor.fetchall()
    return [VoucherView(*row) for row in rows]


def find_public(*, actor: Actor, code: str, number: str, check: str) -> VoucherView:
    """Return the voucher of code, number and check code. One statement.

    Raises:
        VoucherUnknown: see the class.
    """
    city, code, read = read_number(code, number, check)
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(_PUBLIC, {"city": city, "code": code, "number": read})
        row = cursor.fetchone()
    if row is None:
        raise VoucherUnknown
    return VoucherView(*row)
