"""The JSON API of automatic payment."""

from shimin.capabilities.payments.autopay.api.routes import router

__all__ = ["router"]
