"""The JSON API of the indicators."""

from shimin.capabilities.indicators.api.routes import router

__all__ = ["router"]
