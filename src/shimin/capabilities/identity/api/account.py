"""JSON routes for people who are not signed in: codes, registration, passwords, sessions."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Status

from shimin.capabilities.identity.api.schemas import (
    CodeIn,
    CodeOut,
    RegistrationIn,
    SessionOut,
    SignInIn,
    StaffSignInIn,
)
from shimin.capabilities.identity.devices import client_from
from shimin.capabilities.identity.domain import AccountKind
from shimin.capabilities.identity.operations.codes import request_code
from shimin.capabilities.identity.operations.factors.second_step import finish_sign_in
from shimin.capabilities.identity.operations.factors.tickets import SecondFactorRequired
from shimin.capabilities.identity.operations.opening import OpenedSession
from shimin.capabilities.identity.operations.registration import register, reset_password
from shimin.capabilities.identity.operations.signing_in import sign_in
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.values.masking import mask_phone
from shimin.kernel.web.api import Public

router = Router()


def session_out(opened: OpenedSession) -> SessionOut:
    """Return what a program is given: the token stands nowhere else."""
    return SessionOut(
        token=opened.token, expires_at=opened.expires_at, level=opened.actor.level, device_token=opened.device_token
    )


@router.post("/account/codes", auth=Public(), operation_id="send_code", response={202: CodeOut}, summary="发送验证码")
def post_code(request: HttpRequest, body: CodeIn) -> Status[CodeOut]:
    """Send a code to a phone. The answer is the same whether the phone has an account or not."""
    phone = request_code(
        actor=ANONYMOUS, phone=body.phone, purpose=body.purpose, client=client_from(request), now=clock.now()
    )  # fmt: skip
    return Status(202, CodeOut(phone=mask_phone(phone)))


@router.post(
    "/account/registrations", auth=Public(), operation_id="register", response={201: SessionOut}, summary="注册"
)
def post_registration(request: HttpRequest, body: RegistrationIn) -> Status[SessionOut]:
    """Open an account with the code that was sent, and a session."""
    opened = register(
        actor=ANONYMOUS, phone=body.phone, code=body.code, password=body.password, client=client_from(request),
        now=clock.now(),
    )  # fmt: skip
    return Status(201, session_out(opened))


@router.post(
    "/account/password-resets", auth=Public(), operation_id="reset_password", response={201: SessionOut},
    summary="找回密码",
)  # fmt: skip
def post_password_reset(request: HttpRequest, body: RegistrationIn) -> Status[SessionOut]:
    """Set a new password with the code that was sent. All sessions end; the name has to be proved again."""
    opened = reset_password(
        actor=ANONYMOUS, phone=body.phone, code=body.code, password=body.password, client=client_from(request),
        now=clock.now(),
    )  # fmt: skip
    return Status(201, session_out(opened))


@router.post("/account/sessions", auth=Public(), operation_id="sign_in", response={201: SessionOut}, summary="登录")
def post_session(request: HttpRequest, body: SignInIn) -> Status[SessionOut]:
    """Open a session by phone and password, with the second factor where the account has one."""
    return _enter(request, AccountKind.CITIZEN, body.phone, body)


@router.post(
    "/account/staff-sessions", auth=Public(), operation_id="sign_in_staff", response={201: SessionOut},
    summary="工作人员登录",
)  # fmt: skip
def post_staff_session(request: HttpRequest, body: StaffSignInIn) -> Status[SessionOut]:
    """Open a session of a member of staff: name, password and second factor."""
    return _enter(request, AccountKind.STAFF, body.login, body)


def _enter(request: HttpRequest, kind: AccountKind, name: str, body: SignInIn | StaffSignInIn) -> Status[SessionOut]:
    client, now = client_from(request, device_token=body.device_token), clock.now()
    try:
        opened = sign_in(actor=ANONYMOUS, kind=kind, name=name, password=body.password, client=client, now=now)
    except SecondFactorRequired as needed:
        if not body.second_factor or needed.must_enrol:
            raise
        opened = finish_sign_in(
            actor=ANONYMOUS, kind=kind, ticket=needed.ticket, code=body.second_factor, client=client, now=now
        )
    return Status(201, session_out(opened))
