"""The JSON API of payment notices, for agencies' systems."""

from shimin.capabilities.payments.dues.api.routes import router

__all__ = ["router"]
