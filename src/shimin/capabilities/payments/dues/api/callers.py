"""Which system calls: a token of the client-credentials grant, for the scope of the system's own agency."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja.security.base import SecuritySchema

from shimin.capabilities.catalogue.public import list_agencies
from shimin.capabilities.payments.dues.public import ISSUER
from shimin.capabilities.sign_on.public import find_machine
from shimin.kernel import rate
from shimin.kernel.actor import Actor, ActorKind, Grant
from shimin.kernel.errors import DomainError
from shimin.kernel.web.access import Request

SCOPE = "payment_notices"
_BEARER = "Bearer "
_WRONG_TOKENS = 30  # a minute, from one network address


class MachineRefused(DomainError):
    """No token, one that has run out, or one of a system that may not do this in the name of this agency."""

    code = "machine_refused"
    status = 401
    message = "接入凭证无效，或没有这个单位的缴款通知权限。"
    mend = "请用本单位系统的密钥换取新凭证，权限范围写“单位简称:payment_notices”，并在管理台登记、复核。"


class MachineToken:
    """``auth=MachineToken()``: the call carries a token; ``issuer_for`` proves it for an agency."""

    openapi_security_schema = SecuritySchema(type="http", scheme="bearer")

    def __call__(self, request: HttpRequest) -> bool:
        if not _token_of(request):
            raise MachineRefused
        return True


def _token_of(request: HttpRequest) -> str:
    header = request.headers.get("Authorization", "")
    return header[len(_BEARER) :].strip() if header.startswith(_BEARER) else ""


def issuer_for(request: Request, agency_slug: str, now: datetime) -> Actor:
    """Return who issues: the system, with the issuer's role of its own agency and nothing else.

    In rows and audit it stands under its client number.

    Raises:
        MachineRefused: see the class. TooManyRequests: more calls in a minute than it was approved for.
    """
    machine = find_machine(credential=_token_of(request), wanted_scope=f"{agency_slug}:{SCOPE}", now=now)
    agency = machine and next(
        (
            each
            for each in list_agencies(machine.city_code)
            if each.id == machine.agency_id and each.slug == agency_slug
        ),
        None,
    )
    if machine is None or agency is None:
        address = request.META.get("REMOTE_ADDR", "")
        rate.hit("dues.machine_token", address, limit=_WRONG_TOKENS, window_seconds=60, now=now)
        raise MachineRefused
    rate.hit("dues.machine_call", str(machine.client_id), limit=machine.calls_per_minute, window_seconds=60, now=now)
    return Actor(
        ActorKind.STAFF, account_id=machine.client_id, channel="machine",
        grants=(Grant(ISSUER, machine.agency_id, machine.city_code),),
    )  # fmt: skip
