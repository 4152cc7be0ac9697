"""The JSON API of identity."""

from ninja import Router

from shimin.capabilities.identity.api.account import router as account
from shimin.capabilities.identity.api.devices import router as devices
from shimin.capabilities.identity.api.factors import router as factors
from shimin.capabilities.identity.api.mandates import router as mandates
from shimin.capabilities.identity.api.me import router as me
from shimin.capabilities.identity.api.merges import router as merges
from shimin.capabilities.identity.api.screens import router as screens

router = Router()
router.add_router("", account)
router.add_router("", me)
router.add_router("", devices)
router.add_router("", factors)
router.add_router("", mandates)
router.add_router("", screens)
router.add_router("", merges)

__all__ = ["router"]
