"""Each view declares who may enter; the request wrapper enforces it, a test finds those that forgot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest

from shimin.kernel.actor import ANONYMOUS, Actor, ActorKind, AssuranceLevel
from shimin.kernel.errors import Forbidden, LevelRequired, NotFound, OwnHatRequired, SignInRequired

V = TypeVar("V", bound=Callable[..., Any])


class Request(HttpRequest):
    """A request that passed the wrapper: it carries the actor."""

    actor: Actor = ANONYMOUS


@dataclass(frozen=True, slots=True)
class Access:
    """What a view asks of the actor. ``transaction`` False: the view opens its own scopes (it uses sockets).

    ``acting``: the view knows of mandates and checks their scope; others refuse who acts for somebody else.
    ``any_hat``: the view is about the account whoever it acts for: changing hats, signing out.
    """

    signed_in: bool = False
    level: AssuranceLevel = AssuranceLevel.NONE
    staff_role: str | None = None
    transaction: bool = True
    acting: bool = False
    any_hat: bool = False

    def admit(self, actor: Actor) -> Actor:
        """Check the actor and return them as the view shall see them: with the hat put on, where it knows of hats."""
        self.check(actor)
        return actor.worn() if self.acting else actor

    def check(self, actor: Actor) -> None:
        """Raise SignInRequired, LevelRequired, Forbidden or NotFound when the actor may not enter."""
        if self.staff_role is not None:
            if not actor.is_signed_in:
                raise SignInRequired
            if actor.kind is not ActorKind.STAFF:
                raise NotFound
            if self.staff_role and not actor.has_role(self.staff_role):
                raise Forbidden
        elif self.signed_in:
            if not actor.is_signed_in:
                raise SignInRequired
            if actor.kind is not ActorKind.CITIZEN:
                raise NotFound  # a staff session opens the desk and nothing of a citizen's
            if actor.hat is not None and not self.any_hat and (actor.hat.is_ended or not self.acting):
                raise OwnHatRequired
            if actor.level < self.level:
                raise LevelRequired(self.level)


def public(*, transaction: bool = True, acting: bool = False) -> Callable[[V], V]:
    """Declare a view that anybody may open."""
    return _declare(Access(transaction=transaction, acting=acting))


def signed_in(
    *,
    level: AssuranceLevel = AssuranceLevel.NONE,
    transaction: bool = True,
    acting: bool = False,
    any_hat: bool = False,
) -> Callable[[V], V]:
    """Declare a view for signed-in people at ``level`` or above."""
    return _declare(Access(signed_in=True, level=level, transaction=transaction, acting=acting, any_hat=any_hat))


def staff(role: str = "", *, transaction: bool = True) -> Callable[[V], V]:
    """Declare a view for staff, with ``role`` in at least one of their grants (empty: any staff)."""
    return _declare(Access(staff_role=role, transaction=transaction))


def access_of(view: Callable[..., Any]) -> Access | None:
    """Return what the view declared, or None when it forgot."""
    declared = getattr(view, "access", None)
    return declared if isinstance(declared, Access) else None


def _declare(access: Access) -> Callable[[V], V]:
    def decorate(view: V) -> V:
        view.access = access  # type: ignore[attr-defined]
        return view

    return decorate
