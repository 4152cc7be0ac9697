"""An order's vouchers on its page, beside the receipt."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from shimin.capabilities.payments.ports import OrderPaper, register_order_papers
from shimin.capabilities.payments.vouchers.public import VoucherView, list_vouchers
from shimin.kernel.actor import Actor
from shimin.kernel.values.money import format_fen


def papers_of(*, actor: Actor, order_id: int, link: str) -> list[OrderPaper]:
    """Return a paper for each voucher."""
    query = f"?{urlencode({'k': link})}" if link else ""
    return [
        OrderPaper(
            title=f"{each.kind_title}{'（红字）' if each.is_red else ''} {format_fen(each.signed_fen)}",
            note=f"{each.code} {each.printed_number} · {_words(each)}",
            url=reverse("vouchers:file", args=[order_id, each.voucher_id]) + query,
        )
        for each in list_vouchers(actor=actor, order_id=order_id, link=link)
    ]


def _words(voucher: VoucherView) -> str:
    if voucher.is_red:
        return f"冲销 {voucher.related}"
    return "有效" if voucher.is_valid else "已冲红"


register_order_papers(papers_of)
