"""JSON routes for a phone's program that scanned the code of a screen; the screen itself is always a browser."""

from __future__ import annotations

from ninja import Router, Status

from shimin.capabilities.identity.api.schemas import ScannedOut, ScreenAnswerIn, ScreenCodeIn
from shimin.capabilities.identity.devices import client_from
from shimin.capabilities.identity.operations.screens import ScannedView, answer_screen, look_at_code
from shimin.kernel import clock
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import SignedIn

router = Router()


@router.post(
    "/me/screens/look", auth=SignedIn(), operation_id="look_at_screen", response=ScannedOut, summary="扫到的是哪块屏幕"
)
def post_look(request: Request, body: ScreenCodeIn) -> ScannedView:
    """Tell which screen shows the scanned code; show it to the person before they answer."""
    return look_at_code(actor=request.actor, code=body.code, client=client_from(request), now=clock.now())


@router.post(
    "/me/screens/answer", auth=SignedIn(), operation_id="answer_screen", response={204: None}, summary="同意或拒绝登录"
)
def post_answer(request: Request, body: ScreenAnswerIn) -> Status[None]:
    """Let the screen in, with the number that stands on it, or refuse it."""
    answer_screen(actor=request.actor, code=body.code, number=body.number, agrees=body.agrees, now=clock.now())
    return Status(204, None)
