"""The five tabs of a city's home, as the sources name them (M01)."""

from __future__ import annotations

from enum import StrEnum


class Tab(StrEnum):
    """The key stands in the address and in service folders (``tab:``), the title on the page."""

    DRIVER = "driver"
    HEALTH = "health"
    GOVERNMENT = "government"
    TRAVEL = "travel"
    GENERAL = "general"

    @property
    def title(self) -> str:
        return _TITLES[self]


_TITLES = {Tab.DRIVER: "车主", Tab.HEALTH: "医疗", Tab.GOVERNMENT: "政务", Tab.TRAVEL: "交通", Tab.GENERAL: "综合"}


def tab_of(text: str | None) -> Tab:
    """Return the tab of an address; an unknown one is the first."""
    return Tab(text) if text in set(Tab) else Tab.DRIVER
