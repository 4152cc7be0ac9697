"""What officers see: the systems of their agencies; approvers see those of their region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from shimin.capabilities.sign_on.domain.clients import AuthMethod, ClientState
from shimin.capabilities.sign_on.models import Client
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, NotFound

OFFICER = "sign_on.officer"
APPROVER = "sign_on.approver"
PAGE = 100


@dataclass(frozen=True, slots=True)
class ClientView:
    """A system as the desk shows it. Its secret is nowhere but in its own hands."""

    client_id: int
    agency_name: str
    name: str
    purpose: str
    home_url: str
    state: ClientState
    auth_method: AuthMethod
    algorithm: str
    redirect_uris: tuple[str, ...]
    post_logout_uris: tuple[str, ...]
    logout_url: str
    machine_scopes: tuple[str, ...]
    calls_per_minute: int
    scopes: tuple[str, ...]
    has_secret: bool
    is_own_request: bool
    requested_at: datetime
    decided_at: datetime | None
    decision_words: str


def list_clients(actor: Actor) -> list[ClientView]:
    """Return the clients of the actor's agencies or region: those that wait first, then the newest.

    Raises:
        Forbidden: the actor is neither officer nor approver.
    """
    allowed = in_grants(actor, OFFICER, APPROVER)
    with scope(actor):
        rows = list(Client.objects.filter(allowed).order_by("-id")[:PAGE])
    views = [_view(actor, row) for row in rows]
    return sorted(views, key=lambda view: view.state is not ClientState.REQUESTED)


def count_waiting_clients(actor: Actor) -> int | None:
    """Return how many clients wait for the actor's decision."""
    if not actor.has_role(APPROVER):
        return None
    waiting = Client.objects.filter(in_grants(actor, APPROVER), state=ClientState.REQUESTED)
    with scope(actor):
        return waiting.exclude(requested_by_id=actor.account_id or 0).count()


def get_client_for(*, actor: Actor, client_id: int) -> ClientView:
    """Return one client of the actor's agencies or region.

    Raises:
        NotFound: there is none.
        Forbidden: the actor is neither officer nor approver.
    """
    allowed = in_grants(actor, OFFICER, APPROVER)
    with scope(actor):
        row = Client.objects.filter(allowed, id=client_id).first() if client_id < 1 << 63 else None
    if row is None:
        raise NotFound
    return _view(actor, row)


def in_grants(actor: Actor, *roles: str) -> Q:
    """Return the predicate of the actor's grants in one of ``roles``: agency and region of one and the same grant.

    Raises:
        Forbidden: the actor has none of the roles.
    """
    if not any(actor.has_role(role) for role in roles):
        raise Forbidden
    allowed = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in roles:
            within = Q() if grant.agency_id is None else Q(agency_id=grant.agency_id)
            within &= Q() if grant.region_code is None else Q(city_code=grant.region_code)
            if not within:
                return Q()
            allowed |= within
    return allowed


def _view(actor: Actor, row: Client) -> ClientView:
    return ClientView(
        client_id=row.id, agency_name=row.agency_name, name=row.name, purpose=row.purpose, home_url=row.home_url,
        state=ClientState(row.state), auth_method=AuthMethod(row.auth_method), algorithm=row.algorithm,
        redirect_uris=tuple(row.redirect_uris), post_logout_uris=tuple(row.post_logout_uris), logout_url=row.logout_url,
        machine_scopes=tuple(row.machine_scopes), calls_per_minute=row.calls_per_minute,
        scopes=tuple(row.scopes), has_secret=row.secret_hash is not None,
        is_own_request=row.requested_by_id == actor.account_id, requested_at=row.requested_at,
        decided_at=row.decided_at, decision_words=row.decision_words,
    )  # fmt: skip
