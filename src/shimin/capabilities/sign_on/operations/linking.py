"""Linking identities at other platforms with the account, and taking the link away.

What a foreign page could do is held off by the attempt: a random state that is good once, in the session that began it,
for one platform, whose answers come to an address of its own (against CSRF, replay and mix-up).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError

from shimin.capabilities.sign_on.events import IdentityLinked, IdentityUnlinked
from shimin.capabilities.sign_on.models import LinkAttempt, LinkedIdentity
from shimin.capabilities.sign_on.ports import Entrance, EntranceRefused, find_entrance
from shimin.kernel import audit, events, rate
from shimin.kernel.actor import Actor, ActorKind, AssuranceLevel
from shimin.kernel.crypto import blind_index
from shimin.kernel.db import auth_scope, require_no_transaction
from shimin.kernel.errors import Conflict, DomainError, LevelRequired, NotFound, OwnHatRequired, SignInRequired
from shimin.kernel.ids import new_id

ATTEMPT_LIFETIME = timedelta(minutes=10)
PER_HOUR = 20
LEVEL = AssuranceLevel.REAL_NAME


class LinkStale(DomainError):
    """The way back does not belong to a way out of this session: too old, used, begun elsewhere, or invented."""

    code = "sign_on.link_stale"
    message = "这次绑定已经过期，或不是在这里开始的，没有绑定。"
    mend = "请回到“绑定其他账号”重新点绑定。"


class IdentityTaken(Conflict):
    """The identity belongs to another account; whose is not told."""

    code = "sign_on.identity_taken"
    message = "这个账号已经绑定了别的市民账号。"
    mend = "请先在那个市民账号里解除；不知道是谁绑定的，请拨打 12345。"


class AlreadyLinked(Conflict):
    """The account has an identity of this platform."""

    code = "sign_on.already_linked"
    message = "您已经绑定过一个。"
    mend = "要换一个，请先解除现在的绑定。"


def begin_link(*, actor: Actor, entrance_code: str, back_url: str, now: datetime) -> str:
    """Return the platform's address where the person agrees. Asks for a session at the level of a proven name.

    Raises:
        NotFound: no such platform is offered.
        LevelRequired, SignInRequired, OwnHatRequired, TooManyRequests: what is missing.
        AlreadyLinked: see the class.
    """
    account_id = _holder(actor)
    entrance = _entrance(entrance_code)
    rate.hit("sign_on.link", str(account_id), limit=PER_HOUR, window_seconds=3_600, now=now)
    state = secrets.token_hex(32)  # WeChat takes letters and digits only
    with auth_scope(actor):
        if LinkedIdentity.objects.filter(account_id=account_id, entrance=entrance.code).exists():
            raise AlreadyLinked
        LinkAttempt(
            hash=_state_hash(state), account_id=account_id, session_id=actor.session_id or 0, entrance=entrance.code,
            expires_at=now + ATTEMPT_LIFETIME,
        ).save(force_insert=True)  # fmt: skip
    return entrance.authorise_url(state=state, back_url=back_url)


def finish_link(
    *, actor: Actor, entrance_code: str, parameters: Mapping[str, str], back_url: str, now: datetime
) -> None:
    """Take what the browser brought back: use the attempt up, ask the platform who it was, and link.

    Raises:
        LinkStale, EntranceRefused, IdentityTaken, AlreadyLinked: see the classes.
        Unavailable: the platform did not answer; the person begins anew.
        NotFound, SignInRequired, OwnHatRequired: see ``begin_link``.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    if actor.hat is not None:
        raise OwnHatRequired
    entrance = _entrance(entrance_code)
    _use_attempt(actor, entrance, parameters.get("state", ""), now)
    require_no_transaction()
    name = entrance.identify(parameters=parameters, back_url=back_url)
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise EntranceRefused
    _link(actor, actor.account_id, entrance, name, now)


def unlink(*, actor: Actor, entrance_code: str, now: datetime) -> None:
    """Take a link away; a second click finds nothing.

    Raises:
        NotFound: the account has no such link.
        LevelRequired, SignInRequired, OwnHatRequired: what is missing.
    """
    account_id = _holder(actor)
    with auth_scope(actor):
        mine = LinkedIdentity.objects.filter(account_id=account_id, entrance=entrance_code)
        if not mine.delete()[0]:
            raise NotFound("这个绑定已经解除。", mend="请刷新页面，看看现在的绑定。")
        _tell(actor, account_id, entrance_code, "sign_on.unlink_identity", now)
        event = IdentityUnlinked(account_id=account_id, entrance=entrance_code)
        events.emit(event, aggregate="sign_on.link", aggregate_id=new_id(), version=1, now=now)


def _use_attempt(actor: Actor, entrance: Entrance, state: str, now: datetime) -> None:
    """Delete the attempt in a transaction of its own: whatever comes after, it is used."""
    with auth_scope(actor):
        mine = LinkAttempt.objects.filter(
            hash=_state_hash(state), account_id=actor.account_id or 0, session_id=actor.session_id or 0,
            entrance=entrance.code, expires_at__gt=now,
        )  # fmt: skip
        is_good = bool(mine.delete()[0])
    if not is_good:
        audit.record_refusal(
            actor=actor, action="sign_on.link_identity", target="account", target_id=actor.account_id, now=now,
            reason=LinkStale.code,
        )  # fmt: skip
        raise LinkStale


def _link(actor: Actor, account_id: int, entrance: Entrance, name: str, now: datetime) -> None:
    hashed = blind_index(f"{entrance.code}\0{name}", context="sign_on.linked_identity")
    try:
        with auth_scope(actor):
            LinkedIdentity(hash=hashed, account_id=account_id, entrance=entrance.code, linked_at=now).save(
                force_insert=True
            )
            _tell(actor, account_id, entrance.code, "sign_on.link_identity", now)
            event = IdentityLinked(account_id=account_id, entrance=entrance.code)
            events.emit(event, aggregate="sign_on.link", aggregate_id=new_id(), version=1, now=now)
    except IntegrityError:
        with auth_scope(actor):
            owner = LinkedIdentity.objects.filter(hash=hashed).first()
        if owner is None or owner.account_id == account_id:
            raise AlreadyLinked from None
        audit.record_refusal(
            actor=actor, action="sign_on.link_identity", target="account", target_id=account_id, now=now,
            reason=IdentityTaken.code,
        )  # fmt: skip
        raise IdentityTaken from None


def _tell(actor: Actor, account_id: int, entrance_code: str, action: str, now: datetime) -> None:
    audit.record(
        actor=actor, action=action, target="account", target_id=account_id, now=now, details={"entrance": entrance_code}
    )  # fmt: skip


def _holder(actor: Actor) -> int:
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    if actor.hat is not None:
        raise OwnHatRequired
    if actor.level < LEVEL:
        raise LevelRequired(LEVEL)
    return actor.account_id


def _entrance(code: str) -> Entrance:
    found = find_entrance(code)
    if found is None:
        raise NotFound
    return found


def _state_hash(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()
