"""Words of officers' grants for pages."""

from __future__ import annotations

from django import template

from shimin.capabilities.catalogue.public import get_region, has_region

register = template.Library()


@register.filter
def region_name(code: str | None) -> str:
    """Say where a grant holds: the region's name, its code where the catalogue has none."""
    if not code:
        return "各地"
    return get_region(code).name if has_region(code) else code
