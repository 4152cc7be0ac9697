"""Mail: letters handed to a server by SMTP."""

from shimin.adapters.mail.smtp import connect

__all__ = ["connect"]
