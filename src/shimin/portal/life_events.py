"""Life events as collections of national themes: a person from birth to farewell, a firm from founding to closing.

Source: theme codes of GB/T 39046-2020 Annex A; the two lines of life are M01's 从生到死 and 设立→注销.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Audience = Literal["natural", "legal"]


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """One station of a life and the national themes that gather its services."""

    slug: str
    title: str
    icon: str
    themes: tuple[str, ...]


PERSON = (
    LifeEvent("birth", "出生", icon="baby", themes=("005",)),
    LifeEvent("school", "上学", icon="graduation-cap", themes=("020",)),
    LifeEvent("work", "工作", icon="briefcase-business", themes=("030", "050")),
    LifeEvent("marriage", "结婚", icon="heart-handshake", themes=("060",)),
    LifeEvent("home", "安家", icon="house", themes=("075", "010", "045")),
    LifeEvent("driving", "开车", icon="car", themes=("095",)),
    LifeEvent("health", "看病", icon="stethoscope", themes=("145", "085")),
    LifeEvent("abroad", "出境", icon="plane", themes=("105",)),
    LifeEvent("retirement", "养老", icon="armchair", themes=("150", "065")),
    LifeEvent("farewell", "身后", icon="flower-2", themes=("155", "120")),
)

FIRM = (
    LifeEvent("founding", "设立", icon="store", themes=("005",)),
    LifeEvent("permits", "准营", icon="badge-check", themes=("010", "015")),
    LifeEvent("staff", "用工", icon="users-round", themes=("030", "035")),
    LifeEvent("tax", "纳税", icon="receipt-text", themes=("025",)),
    LifeEvent("money", "融资", icon="landmark", themes=("045", "050")),
    LifeEvent("building", "建设", icon="hard-hat", themes=("040", "085", "095")),
    LifeEvent("closing", "注销", icon="door-closed", themes=("165",)),
)

LIVES: dict[Audience, tuple[LifeEvent, ...]] = {"natural": PERSON, "legal": FIRM}


def find_life_event(audience: Audience, slug: str) -> LifeEvent | None:
    """Return one station, or None."""
    return next((event for event in LIVES[audience] if event.slug == slug), None)
