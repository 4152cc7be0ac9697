"""Writing what somebody had typed back into the page that their form is on, whichever capability's page it is.

The page is made by its own view, with its own tokens; here only the visible fields of the one form get their values.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

_TYPED = {"text", "search", "tel", "url", "email", "number", "date", "time", "datetime-local", "month", "week", "color",
          "range"}  # fmt: skip
_Attributes = list[tuple[str, str | None]]


def fill(page: str, *, action: str, shown_at: str, fields: Iterable[tuple[str, str]]) -> str:
    """Return the page with the fields of the form that goes to ``action`` filled.

    ``shown_at`` is the page's own address: where a form without an action goes. Passwords, files and hidden fields stay
    as the page made them.
    """
    filler = _Filler(action, shown_at, fields)
    filler.feed(page)
    filler.close()
    return "".join(filler.written)


class _Filler(HTMLParser):
    """Writes on what it reads; only tags that get a value are written anew."""

    def __init__(self, action: str, shown_at: str, fields: Iterable[tuple[str, str]]) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []
        self._action, self._shown_at = urlsplit(action).path, shown_at
        self._fields: dict[str, list[str]] = {}
        for name, value in fields:
            self._fields.setdefault(name, []).append(value)
        self._is_in_form = self._drops_text = False
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: _Attributes) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            goes_to = urlsplit(values.get("action") or self._shown_at).path
            self._is_in_form = values.get("method", "").lower() == "post" and goes_to == self._action
        changed = self._changed(tag, values) if self._is_in_form else None
        if changed is None:
            self.written.append(self.get_starttag_text() or "")
        else:
            self.written.append(f"<{tag}{''.join(_attribute(*each) for each in changed.items())}>")
        if tag == "textarea" and self._is_in_form and values.get("name") in self._fields:
            self.written.append("\n" + escape(self._take(values["name"])))
            self._drops_text = True

    def handle_startendtag(self, tag: str, attrs: _Attributes) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_in_form = False
        if tag == "select":
            self._select = None
        if tag == "textarea":
            self._drops_text = False
        self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._drops_text:
            self.written.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.written.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.written.append(f"<!{decl}>")

    def _changed(self, tag: str, values: dict[str, str]) -> dict[str, str | None] | None:
        """Return the attributes of a tag that gets a value; None: it stays as it is."""
        name = values.get("name", "")
        if tag == "select":
            self._select = name if name in self._fields else None
            return None
        if tag == "option" and self._select is not None:
            return _with(values, "selected", is_on=values.get("value", "") in self._fields[self._select])
        if tag != "input":
            return None
        kind = values.get("type", "text").lower()
        if kind == "checkbox" or (kind == "radio" and name in self._fields):
            return _with(values, "checked", is_on=values.get("value", "on") in self._fields.get(name, []))
        if kind in _TYPED and name in self._fields:
            return {**values, "value": self._take(name)}
        return None

    def _take(self, name: str) -> str:
        """Return the next value of a name; the last one stays for further fields of it."""
        values = self._fields[name]
        return values.pop(0) if len(values) > 1 else values[0]


def _with(values: dict[str, str], flag: str, *, is_on: bool) -> dict[str, str | None]:
    rest: dict[str, str | None] = {name: value for name, value in values.items() if name != flag}
    return {**rest, flag: None} if is_on else rest


def _attribute(name: str, value: str | None) -> str:
    return f" {name}" if value is None else f' {name}="{escape(value, quote=True)}"'
