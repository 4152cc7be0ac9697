"""Words of mandates for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import template

from shimin.capabilities.identity.domain.mandates import CompanyRole
from shimin.kernel.actor import EVERYTHING

register = template.Library()
_SHOWN = 3


@register.simple_tag
def scope_words(scope: Sequence[str], names: Mapping[str, str]) -> str:
    """Say a scope: all, or the first items by name and how many there are."""
    if EVERYTHING in scope:
        return "全部事项"
    shown = "、".join(names.get(slug, slug) for slug in scope[:_SHOWN])
    return shown if len(scope) <= _SHOWN else f"{shown}等 {len(scope)} 项"


@register.simple_tag
def scope_role(role: str) -> str:
    """Say a role in a company."""
    return CompanyRole(role).words
