"""Devices of an account: what their owner calls them, and forgetting one."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from shimin.capabilities.identity.domain import EndReason
from shimin.capabilities.identity.models import KnownDevice, Session
from shimin.capabilities.identity.operations.opening import end_rows
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.operations.risk.proving import require_proved
from shimin.kernel import audit
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Conflict, InvalidInput, NotFound, OwnHatRequired, SignInRequired

LONGEST_NAME = 20


class DeviceInUse(Conflict):
    """The device that asks cannot be forgotten by itself."""

    code = "identity.device_in_use"
    message = "这就是您正在用的设备。"
    mend = "要退出它，请点“退出登录”。"


def name_device(*, actor: Actor, device_id: int, name: str, now: datetime) -> None:
    """Call one of the actor's devices something; an empty name gives back what the browser says of itself.

    Raises:
        NotFound: the actor has no such device.
        InvalidInput: longer than 20 characters, or not plain text.
        SignInRequired, OwnHatRequired: only for oneself.
    """
    account_id = _themselves(actor)
    tidy = " ".join(unicodedata.normalize("NFKC", name[:200]).split())
    if len(tidy) > LONGEST_NAME or not tidy.isprintable():
        words = f"名字最多{LONGEST_NAME}个字，不要用特殊符号。"
        raise InvalidInput(words, mend="例如：我的手机、家里电脑。", fields={"name": words})
    with auth_scope(actor):
        row = _lock(account_id, device_id)
        row.name = tidy
        row.save(update_fields=["name"])
        audit.record(actor=actor, action="identity.name_device", target="device", target_id=row.id, now=now)


def forget_device(*, actor: Actor, device_id: int, now: datetime) -> None:
    """Sign a device out and know it no longer: its next sign-in is a new device's.

    Raises:
        NotFound: the actor has no such device.
        DeviceInUse: it is the one that asks.
        ProofRequired: the session that asks is held by the risk rules itself.
        SignInRequired, OwnHatRequired: only for oneself.
    """
    account_id = _themselves(actor)
    with refusals_recorded(actor, "identity.forget_device", now), auth_scope(actor):
        require_proved(actor)
        row = _lock(account_id, device_id)
        sessions = Session.objects.filter(account_id=account_id, device_id=row.id, ended_at=None)
        open_ids = list(sessions.values_list("id", flat=True))
        if actor.session_id in open_ids:
            raise DeviceInUse
        end_rows(actor, open_ids, EndReason.ENDED_BY_OWNER, now)
        audit.record(actor=actor, action="identity.forget_device", target="device", target_id=row.id, now=now)
        row.delete()


def _lock(account_id: int, device_id: int) -> KnownDevice:
    rows = KnownDevice.objects.select_for_update().filter(account_id=account_id)
    row = rows.filter(id=device_id).first() if device_id < 1 << 63 else None
    if row is None:
        raise NotFound("没有这台设备，也许已经忘记了。", mend="请刷新列表查看最新情况。")
    return row


def _themselves(actor: Actor) -> int:
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    if actor.hat is not None:
        raise OwnHatRequired
    return actor.account_id
