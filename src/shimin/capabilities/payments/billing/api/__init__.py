"""The JSON API of billing."""

from ninja import Router

router = Router()

__all__ = ["router"]
