"""Pictures that registered systems name by their address (Open311 ``media_url``)."""

from shimin.adapters.open311_media.reading import connect

__all__ = ["connect"]
