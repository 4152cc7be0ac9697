"""A small, safe part of Markdown for the texts of service folders; everything else stays the plain text it is.

Known are paragraphs, ``- `` and ``1. `` lists, ``**strong**``, ``[words](https://…)``, ``## `` headings and tables.
All is escaped first, so no text can bring markup of its own.
"""

from __future__ import annotations

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_STRONG = re.compile(r"\*\*(.+?)\*\*")
_LINK = re.compile(r"\[([^\]]+)\]\((https://[^\s)]+)\)")
_BULLET = re.compile(r"^[-*] +")
_NUMBER = re.compile(r"^\d{1,2}[.、] +")
_HEADING = re.compile(r"^#{1,4} +")
_RULE = re.compile(r"^\|[\s:|-]+\|$")


def prose(text: str) -> SafeString:
    """Return a text as HTML."""
    blocks = re.split(r"\n\s*\n", text.strip())
    html = "".join(_block([line.strip() for line in block.splitlines()]) for block in blocks if block.strip())
    return mark_safe(html)  # noqa: S308 - every piece was escaped by _inline


def _block(lines: list[str]) -> str:
    if all(line.startswith("|") for line in lines) and len(lines) > 1:
        return _table(lines)
    if all(_BULLET.match(line) for line in lines):
        return _list("ul", [_BULLET.sub("", line) for line in lines])
    if all(_NUMBER.match(line) for line in lines):
        return _list("ol", [_NUMBER.sub("", line) for line in lines])
    if _HEADING.match(lines[0]):
        rest = _block(lines[1:]) if len(lines) > 1 else ""
        return f"<h3>{_inline(_HEADING.sub('', lines[0]))}</h3>{rest}"
    return f"<p>{'<br>'.join(map(_inline, lines))}</p>"


def _list(tag: str, entries: list[str]) -> str:
    return f"<{tag}>{''.join(f'<li>{_inline(entry)}</li>' for entry in entries)}</{tag}>"


def _table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not _RULE.match(line)]
    head = "".join(f'<th scope="col">{_inline(cell)}</th>' for cell in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{_inline(cell)}</td>' for cell in row)}</tr>" for row in rows[1:])
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="table-frame" tabindex="0" role="region" aria-label="表格">{table}</div>'


def _inline(text: str) -> str:
    safe = str(escape(text))
    safe = _STRONG.sub(r"<strong>\1</strong>", safe)
    return _LINK.sub(r'<a href="\2" rel="noopener">\1</a>', safe)
