"""The JSON API of billing."""

from shimin.capabilities.payments.billing.api.routes import router

__all__ = ["router"]
