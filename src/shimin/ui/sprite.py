"""The icon sprite: only the icons that pages and service folders name, drawn from the open set lucide.

Third-party files are not committed, so the sprite is made from node_modules when static files are collected, and in
development when it is asked for.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from pathlib import Path

log = logging.getLogger(__name__)

# {% icon "car" %} and {% include … with icon="car" %} in templates, `icon: car` in service.yaml.
_NAMED = re.compile(r"""icon(?=(?:\s+|\s*[=:]\s*|\|default:)["']?([a-z][a-z0-9-]+)["']?)""")
# In Python an icon is one plain word among others: Card("2 张罚单", "…", url, "car").
_WORD = re.compile(r"""["']([a-z][a-z0-9]*(?:-[a-z0-9]+)*)["']""")
_TALKS_OF_ICONS = re.compile(r"\bicon\b|shimin\.ui\.(?:cards|desk)")
_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
PLAIN = "file-text"


def named_icons(files: Iterable[Path]) -> set[str]:
    """Return the icon names that templates, Python and service folders mention (a few words too many do no harm)."""
    return {name for path in files for name in _named_in(path)} | {PLAIN}


def build_sprite(names: Iterable[str], drawings: Path) -> str:
    """Return one SVG with a symbol per name that has a drawing in the folder ``drawings``."""
    symbols = [_symbol(name, drawings / f"{name}.svg") for name in sorted(names) if (drawings / f"{name}.svg").exists()]
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n"


def _named_in(path: Path) -> list[str]:
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        return _WORD.findall(text) if _TALKS_OF_ICONS.search(text) else []
    return _NAMED.findall(text)


def _symbol(name: str, path: Path) -> str:
    found = _DRAWING.search(path.read_text("utf-8"))
    if found is None:
        log.warning("icon %s has no drawing", name)
        return ""
    shapes = re.sub(r"\s+", " ", found.group(1)).replace("> <", "><").replace(" />", "/>").strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'
