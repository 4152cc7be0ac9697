"""JSON routes about oneself: the account, the real name, sessions, consents."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Router, Status
from pydantic import Field

from shimin.capabilities.identity.api.account import session_out
from shimin.capabilities.identity.api.schemas import (
    AccountOut,
    BankCardIn,
    ClosureIn,
    ClosureOut,
    ConsentOut,
    EndedOut,
    ExportOut,
    NameIn,
    NewPasswordIn,
    PasswordIn,
    RealNameIn,
    RealNameTermsOut,
    SessionLineOut,
    SessionOut,
)
from shimin.capabilities.identity.domain import PAPER_TEXT, REAL_NAME_PURPOSE, REAL_NAME_TEXT, SecondSource
from shimin.capabilities.identity.operations.bank_card import BankCardClaim, prove_bank_card
from shimin.capabilities.identity.operations.change_name import NameClaim, change_name
from shimin.capabilities.identity.operations.change_password import change_password
from shimin.capabilities.identity.operations.consents import withdraw_consent
from shimin.capabilities.identity.operations.own_data import close_account, export_own_data
from shimin.capabilities.identity.operations.real_name import RealNameClaim, prove_real_name
from shimin.capabilities.identity.operations.sessions import end_other_sessions, end_session, sign_out
from shimin.capabilities.identity.operations.signing_in import confirm_password
from shimin.capabilities.identity.queries import (
    AccountView,
    ConsentView,
    SessionView,
    get_account_view,
    list_consents,
    list_sessions,
)
from shimin.kernel import clock
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, SignedIn

router = Router()


@router.get("/me", auth=SignedIn(), operation_id="get_me", response=AccountOut, summary="我的账号")
def get_me(request: Request) -> AccountView:
    """Show the signed-in account, masked."""
    return get_account_view(request.actor, clock.now())


@router.get(
    "/me/real-name", auth=SignedIn(), operation_id="get_real_name_terms", response=RealNameTermsOut,
    summary="实名核实说明",
)  # fmt: skip
def get_real_name_terms(request: Request) -> RealNameTermsOut:
    """Say which papers can be used and what has to be agreed to."""
    seconds = {str(source): source.words for source in SecondSource}
    return RealNameTermsOut(
        purpose_code=REAL_NAME_PURPOSE, consent_text=REAL_NAME_TEXT, paper_text=PAPER_TEXT, seconds=seconds
    )


@router.post("/me/real-name", auth=SignedIn(), operation_id="prove_real_name", response=SessionOut, summary="实名核实")
def post_real_name(request: Request, body: RealNameIn) -> SessionOut:
    """Prove name and ID number. The answer holds a new token; the old one is worthless."""
    claim = RealNameClaim(**body.model_dump())
    return session_out(prove_real_name(actor=request.actor, claim=claim, now=clock.now()))


@router.put("/me/name", auth=SignedIn(level=2), operation_id="change_name", response={204: None}, summary="更新姓名")
def put_name(request: Request, body: NameIn) -> Status[None]:
    """Give the account the name that the registers have for its ID number now; level and token stay."""
    change_name(actor=request.actor, claim=NameClaim(**body.model_dump()), now=clock.now())
    return Status(204, None)


@router.post(
    "/me/bank-card", auth=SignedIn(level=2), operation_id="prove_bank_card", response=SessionOut, summary="银行卡核验"
)
def post_bank_card(request: Request, body: BankCardIn) -> SessionOut:
    """Raise the level to 3. The answer holds a new token; the old one is worthless. Nothing of the card is kept."""
    claim = BankCardClaim(**body.model_dump())
    return session_out(prove_bank_card(actor=request.actor, claim=claim, now=clock.now()))


@router.post(
    "/me/confirmation", auth=SignedIn(), operation_id="confirm_password", response=SessionOut, summary="再确认密码"
)
def post_confirmation(request: Request, body: PasswordIn) -> SessionOut:
    """Lift the session back to the proved level. The answer holds a new token; the old one is worthless."""
    return session_out(confirm_password(actor=request.actor, password=body.password, now=clock.now()))


@router.put("/me/password", auth=SignedIn(), operation_id="change_password", response={204: None}, summary="改密码")
def put_password(request: Request, body: NewPasswordIn) -> Status[None]:
    """Replace the password by somebody who knows the present one. Other sessions end; level and token stay."""
    change_password(actor=request.actor, present=body.present, password=body.password, now=clock.now())
    return Status(204, None)


@router.post(
    "/me/data/exports", auth=SignedIn(), operation_id="export_my_data", response=ExportOut, summary="导出我的全部信息"
)
def post_export(request: Request) -> dict[str, Any]:
    """Return everything the platform holds about the account, unmasked. The taking of the copy is audited."""
    return export_own_data(actor=request.actor, now=clock.now())


@router.post("/me/closure", auth=SignedIn(), operation_id="close_account", response=ClosureOut, summary="注销账号")
def post_closure(request: Request, body: ClosureIn) -> ClosureOut:
    """Close the account for good. The answer's number is the audit row that proves the erasure."""
    receipt = close_account(actor=request.actor, password=body.password, understood=body.understood, now=clock.now())
    return ClosureOut(receipt=str(receipt))


@router.get(
    "/me/sessions", auth=SignedIn(), operation_id="list_sessions", response=list[SessionLineOut], summary="登录设备"
)
def get_sessions(request: Request) -> list[SessionView]:
    """List open sessions, the latest used first."""
    return list_sessions(request.actor, clock.now())


@router.delete(
    "/me/sessions/current", auth=SignedIn(), operation_id="sign_out", response={204: None}, summary="退出登录"
)
def delete_current_session(request: Request) -> Status[None]:
    """End the session of this call."""
    sign_out(actor=request.actor, now=clock.now())
    return Status(204, None)


@router.post(
    "/me/sessions/end-others", auth=SignedIn(), operation_id="end_other_sessions", response=EndedOut,
    summary="退出其他设备",
)  # fmt: skip
def post_end_others(request: Request) -> EndedOut:
    """End all sessions but this one."""
    return EndedOut(ended=end_other_sessions(actor=request.actor, now=clock.now()))


@router.delete(
    "/me/sessions/{session_id}", auth=SignedIn(), operation_id="end_session", response={204: None},
    summary="退出一台设备",
)  # fmt: skip
def delete_session(request: Request, session_id: IdText) -> Status[None]:
    """End one session."""
    end_session(actor=request.actor, session_id=int(session_id), now=clock.now())
    return Status(204, None)


@router.get(
    "/me/consents", auth=SignedIn(), operation_id="list_consents", response=list[ConsentOut], summary="我的授权"
)
def get_consents(request: Request) -> list[ConsentView]:
    """List consents: standing ones first."""
    return list_consents(request.actor)


@router.delete(
    "/me/consents/{purpose_code}", auth=SignedIn(), operation_id="withdraw_consent", response={204: None},
    summary="撤回授权",
)  # fmt: skip
def delete_consent(request: Request, purpose_code: Annotated[str, Field(max_length=200)]) -> Status[None]:
    """Take a consent back."""
    withdraw_consent(request.actor, purpose_code, clock.now())
    return Status(204, None)
