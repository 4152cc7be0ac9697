"""What the frame around every page shows: the city, the reader's type size, who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from django.http import HttpRequest

from shimin.kernel.actor import ANONYMOUS, Actor

CITY_COOKIE = "shimin_city"
TYPE_COOKIE = "shimin_type"
LARGE = "large"
LONGEST_WAY_BACK = 1000

# Names under which addresses carry the city's code: /c/<code>/…
_CITY_ARGUMENTS = ("code", "region_code", "city_code")

NameOfCity = Callable[[str], str | None]


def _no_name(code: str) -> str | None:
    return None


_name_of_city: NameOfCity = _no_name


def set_city_names(name_of_city: NameOfCity) -> None:
    """Tell the frame how to name a city by its code; the portal does this once, when the app starts."""
    global _name_of_city
    _name_of_city = name_of_city


@dataclass(frozen=True, slots=True)
class Frame:
    """Values for ui/base.html. ``city_code`` and ``city_name`` are empty until a city was chosen."""

    actor: Actor
    city_code: str
    city_name: str
    is_large: bool
    back_here: str

    @property
    def query_next(self) -> str:
        """Return this page's address, quoted for a ``next=`` parameter."""
        return quote(self.back_here, safe="/")


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor: add ``frame`` to every page."""
    code = city_code_of(request)
    name = _name_of_city(code) if code else None
    return {
        "frame": Frame(
            actor=getattr(request, "actor", ANONYMOUS),
            city_code=code if name else "",
            city_name=name or "",
            is_large=request.COOKIES.get(TYPE_COOKIE) == LARGE,
            back_here=_back_here(request),
        )
    }


def _back_here(request: HttpRequest) -> str:
    """Return the way back to this page; a form, or an absurd address, leads back to its bare path."""
    address = request.get_full_path()
    return address if request.method in ("GET", "HEAD") and len(address) <= LONGEST_WAY_BACK else request.path[:200]


def city_code_of(request: HttpRequest) -> str:
    """Return the city in the address, else the one chosen last, else an empty text."""
    match = request.resolver_match
    arguments = match.kwargs if match is not None else {}
    for name in _CITY_ARGUMENTS:
        if name in arguments:
            return str(arguments[name])
    chosen = request.COOKIES.get(CITY_COOKIE, "")
    return chosen if len(chosen) == 6 and chosen.isascii() and chosen.isdigit() else ""
