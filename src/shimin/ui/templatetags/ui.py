"""``{% load ui %}``: icons, lights, and values in the words people use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import rjieba
from django import template
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import is_aware, localtime

from shimin.kernel.db import scope
from shimin.kernel.values import masking
from shimin.kernel.values.money import format_fen
from shimin.ui.desk import queues_for, role_words

register = template.Library()

register.filter("masked_name", masking.mask_name)
register.filter("masked_id_number", masking.mask_id_number)
register.filter("masked_phone", masking.mask_phone)
register.filter("masked_bank_card", masking.mask_bank_card)
register.filter("masked_plate", masking.mask_plate)
register.filter("masked_address", masking.mask_address)
register.filter("masked_email", masking.mask_email)
register.filter("role_words", role_words)

_WEEKDAYS = "一二三四五六日"
# A shape for each colour, so that nobody has to tell colours apart.
_LIGHT_SHAPES = {
    "green": '<circle cx="8" cy="8" r="7"/>',
    "amber": '<path d="M8 1 16 15H0Z"/>',
    "red": '<path d="M5 0h6l5 5v6l-5 5H5l-5-5V5Z"/>',
    "grey": '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/>',
}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Draw an icon of the sprite; it says nothing by itself, so a word stands beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" fill="none" stroke="currentColor" stroke-linecap="round"'
        ' stroke-linejoin="round"><use href="{}#{}"/></svg>',
        size,
        static("ui/icons.svg"),
        name or "file-text",
    )


@register.simple_tag
def light(colour: str, word: str) -> SafeString:
    """Draw a state light (green, amber, red, grey) as shape and word."""
    return format_html(
        '<span class="light {}"><svg class="light-dot" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">{}'
        "</svg>{}</span>",
        colour,
        mark_safe(_LIGHT_SHAPES[colour]),  # noqa: S308 (a constant of this module)
        word,
    )


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One line of the desk's left side, ready to show."""

    key: str
    title: str
    icon: str
    url: str
    count: int | None


@register.simple_tag(takes_context=True)
def desk_queues(context: Context) -> list[QueueEntry]:
    """Return the queues that the signed-in officer may open, with how many wait in each."""
    actor = context["frame"].actor
    with scope(actor):  # a form shown again after a refusal is rendered outside the page's transaction
        return [
            QueueEntry(
                queue.key,
                queue.title,
                queue.icon,
                reverse(queue.url) if ":" in queue.url else queue.url,
                queue.count(actor),
            )
            for queue in queues_for(actor)
        ]


@register.filter
def by_word(text: Any) -> SafeString:
    """Let a narrow line break between words only: 社会保险|查询, never 社会保|险查询. The element has class by-word."""
    return _by_word(str(text))


@lru_cache(maxsize=2048)
def _by_word(text: str) -> SafeString:
    joined = format_html_join(mark_safe("<wbr>"), "{}", ((word,) for word in rjieba.cut(text)))
    # Marks stay with the word they close.
    return mark_safe(re.sub(r"<wbr>(?=[，。、：；！？）”])|(?<=[（“])<wbr>", "", joined))  # noqa: S308 (escaped above)


@register.filter
def fen(amount: Any) -> str:
    """Say an amount of money: 20000 → ¥200.00."""
    return "" if amount in (None, "") else format_fen(int(amount))


@register.filter
def day(value: Any) -> str:
    """Say a day: 11月25日（周三）; with the year when it is not this moment's neighbour."""
    if value in (None, ""):
        return ""
    local = _local(value)
    return f"{local.month}月{local.day}日（周{_WEEKDAYS[local.weekday()]}）"


@register.filter
def full_day(value: Any) -> str:
    """Say a day with its year: 2026年11月25日."""
    if value in (None, ""):
        return ""
    local = _local(value)
    return f"{local.year}年{local.month}月{local.day}日"


@register.filter
def moment(value: Any) -> str:
    """Say a moment: 11月25日（周三）9:20."""
    if not isinstance(value, datetime):
        return day(value)
    local = localtime(value) if is_aware(value) else value
    return f"{day(local)}{local.hour}:{local.minute:02d}"


@register.filter
def big(number: Any) -> str:
    """Say a large number: 12 345 678 → 1234.6万, 2.1亿."""
    if number in (None, ""):
        return ""
    value = float(number)
    for size, unit in ((100_000_000, "亿"), (10_000, "万")):
        if abs(value) >= size:
            return f"{value / size:.1f}".removesuffix(".0") + unit
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _local(value: Any) -> date:
    if isinstance(value, datetime):
        return (localtime(value) if is_aware(value) else value).date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)[:10])
