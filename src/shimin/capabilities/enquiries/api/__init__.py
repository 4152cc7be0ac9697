"""The JSON API of the enquiries."""

from shimin.capabilities.enquiries.api.routes import router

__all__ = ["router"]
