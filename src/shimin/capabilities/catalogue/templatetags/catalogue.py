"""``{% load catalogue %}``: texts of service folders as HTML."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from shimin.capabilities.catalogue.web import prose as writing

register = template.Library()


@register.filter
def prose(text: str) -> SafeString:
    """Show a text of a service folder: paragraphs, lists, tables, nothing else."""
    return writing.prose(text)
