"""JSON routes about devices and risk: confirming this one, names, forgetting, answering an alarm."""

from __future__ import annotations

from ninja import Router, Status

from shimin.capabilities.identity.api.account import session_out
from shimin.capabilities.identity.api.schemas import (
    DecisionAnswerIn,
    DecisionOut,
    DeviceNameIn,
    DeviceOut,
    DeviceProofIn,
    SessionOut,
)
from shimin.capabilities.identity.devices import client_from
from shimin.capabilities.identity.operations.devices import forget_device, name_device
from shimin.capabilities.identity.operations.risk.answering import answer_decision
from shimin.capabilities.identity.operations.risk.proving import prove_device, request_device_code
from shimin.capabilities.identity.queries.risk import DecisionView, DeviceView, list_devices, list_own_decisions
from shimin.kernel import clock
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, SignedIn

router = Router()


@router.get("/me/devices", auth=SignedIn(), operation_id="list_devices", response=list[DeviceOut], summary="记住的设备")
def get_devices(request: Request) -> list[DeviceView]:
    """List the devices that the account knows, the latest used first."""
    return list_devices(request.actor)


@router.put(
    "/me/devices/{device_id}/name", auth=SignedIn(), operation_id="name_device", response={204: None},
    summary="给设备起名",
)  # fmt: skip
def put_name(request: Request, device_id: IdText, body: DeviceNameIn) -> Status[None]:
    """Call a device something."""
    name_device(actor=request.actor, device_id=int(device_id), name=body.name, now=clock.now())
    return Status(204, None)


@router.delete(
    "/me/devices/{device_id}", auth=SignedIn(), operation_id="forget_device", response={204: None},
    summary="忘记设备",
)  # fmt: skip
def delete_device(request: Request, device_id: IdText) -> Status[None]:
    """Sign a device out and know it no longer."""
    forget_device(actor=request.actor, device_id=int(device_id), now=clock.now())
    return Status(204, None)


@router.post(
    "/me/device-proof/codes", auth=SignedIn(), operation_id="send_device_code", response={202: None},
    summary="发送确认设备的验证码",
)  # fmt: skip
def post_code(request: Request) -> Status[None]:
    """Text a code to the account's own phone."""
    request_device_code(actor=request.actor, client=client_from(request), now=clock.now())
    return Status(202, None)


@router.post(
    "/me/device-proof", auth=SignedIn(), operation_id="prove_device", response=SessionOut, summary="确认这台设备"
)
def post_proof(request: Request, body: DeviceProofIn) -> SessionOut:
    """Confirm the device of this session. The answer holds a new token; the old one is worthless."""
    opened = prove_device(
        actor=request.actor, code=body.code, client=client_from(request), now=clock.now()
    )  # fmt: skip
    return session_out(opened)


@router.get(
    "/me/risk-decisions", auth=SignedIn(), operation_id="list_risk_decisions", response=list[DecisionOut],
    summary="风险提醒",
)  # fmt: skip
def get_decisions(request: Request) -> list[DecisionView]:
    """List what the risk rules said of the account, with reasons, the newest first."""
    return list_own_decisions(request.actor)


@router.post(
    "/me/risk-decisions/{decision_id}/answer", auth=SignedIn(), operation_id="answer_risk_decision",
    response={204: None}, summary="回应风险提醒",
)  # fmt: skip
def post_answer(request: Request, decision_id: IdText, body: DecisionAnswerIn) -> Status[None]:
    """Say whether it was oneself: yes lets a held session go on, no ends it and forgets its device."""
    answer_decision(actor=request.actor, decision_id=int(decision_id), is_mine=body.is_mine, now=clock.now())
    return Status(204, None)
