"""The JSON API of invitations."""

from shimin.capabilities.payments.invitations.api.routes import router

__all__ = ["router"]
