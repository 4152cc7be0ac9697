"""Papers that leave the platform as files: written as PDF with Chinese text inside, and signed."""

from shimin.ui.documents.fonts import FontMissing
from shimin.ui.documents.paper import Paper
from shimin.ui.documents.signing import sign_pdf

__all__ = ["FontMissing", "Paper", "sign_pdf"]
