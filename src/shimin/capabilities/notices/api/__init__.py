"""The JSON API of notices."""

from shimin.capabilities.notices.api.inbox import router

__all__ = ["router"]
