"""The JSON API of vouchers."""

from shimin.capabilities.payments.vouchers.api.routes import router

__all__ = ["router"]
