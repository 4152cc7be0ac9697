"""Which identities at other platforms an account is linked with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.sign_on.models import LinkedIdentity
from shimin.capabilities.sign_on.ports import entrances
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import SignInRequired


@dataclass(frozen=True, slots=True)
class EntranceView:
    """One platform; ``linked_at`` None: not linked. ``is_offered`` False: linked before, not offered any more."""

    code: str
    title: str
    linked_at: datetime | None
    is_offered: bool = True


def list_entrances(actor: Actor) -> list[EntranceView]:
    """Return the platforms that are offered, and those the account is linked with. One statement.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    with scope(actor):
        rows = LinkedIdentity.objects.filter(account_id=actor.account_id)
        linked = dict(rows.values_list("entrance", "linked_at"))
    offered = [EntranceView(each.code, each.title, linked.pop(each.code, None)) for each in entrances()]
    return [*offered, *(EntranceView(code, code, at, is_offered=False) for code, at in linked.items())]
