"""What other capabilities may use of notices."""

from shimin.capabilities.notices.domain import Way, is_quiet, next_morning
from shimin.capabilities.notices.operations.erasing import erase_notices
from shimin.capabilities.notices.operations.forwarding import choose_way, forward_due
from shimin.capabilities.notices.operations.reading import mark_all_read, mark_read
from shimin.capabilities.notices.operations.sending import send_code, send_letter, send_notice, send_text
from shimin.capabilities.notices.ports import (
    MailChannel,
    NoMailChannel,
    NoTextChannel,
    PhoneBook,
    TextChannel,
    require_mail_channel,
    require_text_channel,
    set_mail_channel,
    set_phone_book,
    set_text_channel,
)
from shimin.capabilities.notices.queries import NoticeView, count_unread, list_notices, way_of
from shimin.capabilities.notices.wording import TemplateError

__all__ = [
    "MailChannel",
    "NoMailChannel",
    "NoTextChannel",
    "NoticeView",
    "PhoneBook",
    "TemplateError",
    "TextChannel",
    "Way",
    "choose_way",
    "count_unread",
    "erase_notices",
    "forward_due",
    "is_quiet",
    "list_notices",
    "mark_all_read",
    "mark_read",
    "next_morning",
    "require_mail_channel",
    "require_text_channel",
    "send_code",
    "send_letter",
    "send_notice",
    "send_text",
    "set_mail_channel",
    "set_phone_book",
    "set_text_channel",
    "way_of",
]
