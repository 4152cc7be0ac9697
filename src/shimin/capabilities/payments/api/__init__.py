"""The JSON API of payments."""

from shimin.capabilities.payments.api.routes import router

__all__ = ["router"]
