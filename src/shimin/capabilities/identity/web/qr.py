"""QR codes as SVG inside the page: black on white in dark mode too, or cameras fail."""

from __future__ import annotations

from io import BytesIO

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str, title: str) -> SafeString:
    """Return an SVG element; segno writes the markup, ``title`` is escaped by it."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=4, light="#fff", dark="#000", xmldecl=False, svgns=False, title=title,
        svgclass="qr", lineclass=None, nl=False, omitsize=True,
    )  # fmt: skip
    return mark_safe(out.getvalue().decode())  # noqa: S308 - the text is drawn, not written
