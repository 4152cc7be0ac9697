"""What other capabilities may use of notices."""

from shimin.capabilities.notices.operations.erasing import erase_notices
from shimin.capabilities.notices.operations.reading import mark_all_read, mark_read
from shimin.capabilities.notices.operations.sending import send_code, send_letter, send_notice, send_text
from shimin.capabilities.notices.ports import (
    MailChannel,
    NoMailChannel,
    NoTextChannel,
    TextChannel,
    require_mail_channel,
    require_text_channel,
    set_mail_channel,
    set_text_channel,
)
from shimin.capabilities.notices.queries import NoticeView, count_unread, list_notices
from shimin.capabilities.notices.wording import TemplateError

__all__ = [
    "MailChannel",
    "NoMailChannel",
    "NoTextChannel",
    "NoticeView",
    "TemplateError",
    "TextChannel",
    "count_unread",
    "erase_notices",
    "list_notices",
    "mark_all_read",
    "mark_read",
    "require_mail_channel",
    "require_text_channel",
    "send_code",
    "send_letter",
    "send_notice",
    "send_text",
    "set_mail_channel",
    "set_text_channel",
]
