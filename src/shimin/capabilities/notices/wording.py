"""Templates of messages: Chinese texts with placeholders, in ``data/notices.yaml`` of each capability."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_KEYS = {"title", "text", "icon", "url"}


class TemplateError(RuntimeError):
    """A template is unknown, malformed, or was given other values than it asks for: a bug of the caller."""


@dataclass(frozen=True, slots=True)
class Template:
    """A message's words. ``{placeholders}`` stand in title, text and url; ``url`` may be empty."""

    code: str
    title: str
    text: str
    icon: str
    url: str

    @property
    def placeholders(self) -> frozenset[str]:
        """Names of the values the template needs."""
        return frozenset(_PLACEHOLDER.findall(self.title + self.text + self.url))

    def check(self, values: Mapping[str, str]) -> None:
        """Raise TemplateError unless ``values`` are exactly those the template needs."""
        if set(values) != self.placeholders:
            raise TemplateError(f"notice {self.code} needs {sorted(self.placeholders)}, got {sorted(values)}")

    def fill(self, pattern: str, values: Mapping[str, str]) -> str:
        """Return title, text or url with its placeholders replaced; a value missing in an old row shows as "…"."""
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], "…"), pattern)


def get_template(code: str) -> Template:
    """Return a template by its code ("identity.welcome").

    Raises:
        TemplateError: no installed capability has it.
    """
    try:
        return _templates()[code]
    except KeyError:
        raise TemplateError(f"there is no notice template {code!r} in any data/notices.yaml") from None


@cache
def _templates() -> dict[str, Template]:
    found: dict[str, Template] = {}
    for app in apps.get_app_configs():
        path = Path(app.path) / "data" / "notices.yaml"
        if app.name.startswith("shimin.") and path.exists():
            for name, part in yaml.safe_load(path.read_text("utf-8")).items():
                template = _read(f"{app.label}.{name}", part)
                found[template.code] = template
    return found


def _read(code: str, part: Mapping[str, Any]) -> Template:
    unknown = set(part) - _KEYS
    if unknown or "title" not in part or "text" not in part:
        raise TemplateError(f"notice {code}: needs title and text, may have icon and url, not {sorted(unknown)}")
    text = " ".join(str(part["text"]).split())
    return Template(code, str(part["title"]), text, str(part.get("icon", "bell")), str(part.get("url", "")))
