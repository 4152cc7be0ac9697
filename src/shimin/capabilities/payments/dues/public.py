"""What pages may use of dues."""

from shimin.capabilities.payments.dues.domain.codes import (
    CodeInvalid,
    CodeOfAnotherRegion,
    CodeTampered,
    check_code,
    formats,
    grouped,
    items,
    make_code,
    seal_of,
)
from shimin.capabilities.payments.dues.operations.counter import (
    DrawerClosed,
    DrawerState,
    close_drawer,
    drawer_state,
    list_closed,
    take_for_code,
)
from shimin.capabilities.payments.dues.operations.issuing import ISSUER, NoticeNotOpen, cancel_notice, issue_notice
from shimin.capabilities.payments.dues.operations.keeping import KIND, open_code
from shimin.capabilities.payments.dues.queries.drawers import DrawerDay, list_drawers
from shimin.capabilities.payments.dues.queries.notices import (
    NoticeUnknown,
    NoticeView,
    find_by_code,
    get_notice_by_code,
    get_notice_for,
    list_notices,
)

__all__ = [
    "ISSUER",
    "KIND",
    "CodeInvalid",
    "CodeOfAnotherRegion",
    "CodeTampered",
    "DrawerClosed",
    "DrawerDay",
    "DrawerState",
    "NoticeNotOpen",
    "NoticeUnknown",
    "NoticeView",
    "cancel_notice",
    "check_code",
    "close_drawer",
    "drawer_state",
    "find_by_code",
    "formats",
    "get_notice_by_code",
    "get_notice_for",
    "grouped",
    "issue_notice",
    "items",
    "list_closed",
    "list_drawers",
    "list_notices",
    "make_code",
    "open_code",
    "seal_of",
    "take_for_code",
]
