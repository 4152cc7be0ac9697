"""Sign-on's lines on the page "who read my data"."""

from __future__ import annotations

from collections.abc import Sequence

from shimin.capabilities.enquiries.public import OtherReading, register_other_readings
from shimin.capabilities.sign_on.public import list_hand_overs
from shimin.kernel.actor import Actor, ActorKind


def latest_hand_overs(actor: Actor) -> Sequence[OtherReading]:
    """Return what systems were told lately."""
    if actor.kind is not ActorKind.CITIZEN:
        return []
    return [
        OtherReading(who=f"{each.agency_name} · {each.client_name}", why=each.purpose, told=each.told, at=each.last_at)
        for each in list_hand_overs(actor, limit=10)
    ]


register_other_readings(title="用市民账号登录时交给的资料", url="sign_on:systems", latest=latest_hand_overs)
