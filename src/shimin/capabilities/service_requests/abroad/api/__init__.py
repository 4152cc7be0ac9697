"""The JSON API of help from abroad."""

from shimin.capabilities.service_requests.abroad.api.routes import router

__all__ = ["router"]
