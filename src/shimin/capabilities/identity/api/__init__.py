"""The JSON API of identity."""

from ninja import Router

from shimin.capabilities.identity.api.account import router as account
from shimin.capabilities.identity.api.me import router as me

router = Router()
router.add_router("", account)
router.add_router("", me)

__all__ = ["router"]
