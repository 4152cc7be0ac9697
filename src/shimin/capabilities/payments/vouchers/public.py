"""What pages and the API may use of vouchers."""

from shimin.capabilities.payments.vouchers.domain.forms import VoucherUnknown, check_code, kind_for, kinds
from shimin.capabilities.payments.vouchers.operations.issuing import renew_vouchers
from shimin.capabilities.payments.vouchers.operations.papers import (
    get_voucher_for,
    verify_voucher,
    write_voucher,
    write_xml,
)
from shimin.capabilities.payments.vouchers.queries.vouchers import VoucherView, list_vouchers

__all__ = [
    "VoucherUnknown",
    "VoucherView",
    "check_code",
    "get_voucher_for",
    "kind_for",
    "kinds",
    "list_vouchers",
    "renew_vouchers",
    "verify_voucher",
    "write_voucher",
    "write_xml",
]
