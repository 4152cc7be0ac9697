"""The one Chinese font of papers, from the front-end packages (Noto Sans Hans, SIL Open Font License)."""

from __future__ import annotations

from shimin.ui.finders import PACKAGES

FONT = PACKAGES / "@embedpdf" / "fonts-sc" / "fonts" / "NotoSansHans-Regular.otf"


class FontMissing(RuntimeError):
    """The front-end packages are not installed: ``./shimin`` installs them with ``npm ci``."""
