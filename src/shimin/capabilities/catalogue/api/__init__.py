"""The catalogue's JSON API."""

from shimin.capabilities.catalogue.api.routes import router

__all__ = ["router"]
