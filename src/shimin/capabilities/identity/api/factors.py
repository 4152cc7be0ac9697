"""JSON routes about the second factor."""

from __future__ import annotations

from ninja import Router, Status

from shimin.capabilities.identity.api.schemas import (
    CodeAppIn,
    CodeAppOfferOut,
    CodeAppRemovalIn,
    PasswordIn,
    RecoveryCodesOut,
    SignInWaysOut,
)
from shimin.capabilities.identity.operations.factors import enrolling
from shimin.capabilities.identity.operations.passkeys.enrolling import remove_passkey
from shimin.capabilities.identity.queries.factors import SignInWays, get_sign_in_ways
from shimin.kernel import clock
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, SignedIn

router = Router()


@router.get(
    "/me/sign-in-ways", auth=SignedIn(), operation_id="get_sign_in_ways", response=SignInWaysOut, summary="登录方式"
)
def get_ways(request: Request) -> SignInWays:
    """Show how the account signs in."""
    return get_sign_in_ways(request.actor)


@router.post(
    "/me/passkeys/{passkey_id}/removal", auth=SignedIn(), operation_id="remove_passkey", response={204: None},
    summary="删除通行密钥",
)  # fmt: skip
def post_passkey_removal(request: Request, passkey_id: IdText, body: PasswordIn) -> Status[None]:
    """Take a passkey away. Adding one needs a browser: the device has to show the site's name."""
    remove_passkey(actor=request.actor, passkey_id=int(passkey_id), password=body.password, now=clock.now())
    return Status(204, None)


@router.post(
    "/me/code-app/offers", auth=SignedIn(), operation_id="offer_code_app", response={201: CodeAppOfferOut},
    summary="准备开启动态码",
)  # fmt: skip
def post_offer(request: Request) -> Status[CodeAppOfferOut]:
    """Make a secret for an app; nothing is stored until the first code comes back."""
    name = get_sign_in_ways(request.actor).phone
    offer = enrolling.offer_generator(actor=request.actor, name=name, now=clock.now())
    return Status(201, CodeAppOfferOut(secret=offer.secret, uri=offer.uri, sealed=offer.sealed))


@router.post(
    "/me/code-app", auth=SignedIn(), operation_id="enrol_code_app", response={201: RecoveryCodesOut},
    summary="开启动态码",
)  # fmt: skip
def post_code_app(request: Request, body: CodeAppIn) -> Status[RecoveryCodesOut]:
    """Enrol the offered app; the answer tells ten recovery codes, once."""
    codes = enrolling.enrol_generator(actor=request.actor, now=clock.now(), **body.model_dump())
    return Status(201, RecoveryCodesOut(codes=codes))


@router.post(
    "/me/code-app/removal", auth=SignedIn(), operation_id="remove_code_app", response={204: None},
    summary="关闭动态码",
)  # fmt: skip
def post_removal(request: Request, body: CodeAppRemovalIn) -> Status[None]:
    """Stop asking for codes."""
    enrolling.remove_generator(actor=request.actor, now=clock.now(), **body.model_dump())
    return Status(204, None)


@router.post(
    "/me/recovery-codes", auth=SignedIn(), operation_id="renew_recovery_codes", response={201: RecoveryCodesOut},
    summary="换新恢复码",
)  # fmt: skip
def post_recovery_codes(request: Request, body: PasswordIn) -> Status[RecoveryCodesOut]:
    """Make ten new recovery codes; the old ones are worthless."""
    codes = enrolling.replace_recovery_codes(actor=request.actor, password=body.password, now=clock.now())
    return Status(201, RecoveryCodesOut(codes=codes))
