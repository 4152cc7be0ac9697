"""Looking through who holds what: confirm that it is still needed, or take it away."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from shimin.capabilities.identity.domain.officers import SECURITY_ADMIN
from shimin.capabilities.identity.models import StaffGrant
from shimin.capabilities.identity.operations.officers.granting import OwnChange, end_grant, name_of
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.queries.officers import my_regions, require_admin
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import NotFound


def review_grant(*, actor: Actor, grant_id: int, keeps: bool, now: datetime) -> None:
    """Confirm a grant for another half year, or end it (with its stand-ins) from the next request on.

    Taking away needs one person: it gives nobody power.

    Raises:
        NotFound: there is no such grant in the actor's region, or it has ended.
        OwnChange: it is one's own.
        Forbidden: no security administrator.
    """
    require_admin(actor, SECURITY_ADMIN)
    with refusals_recorded(actor, "identity.review_grant", now), auth_scope(actor):
        rows = StaffGrant.objects.select_for_update().filter(Q(ends_at=None) | Q(ends_at__gt=now))
        regions = my_regions(actor, SECURITY_ADMIN)
        rows = rows if regions is None else rows.filter(region_code__in=regions)
        grant = rows.filter(id=grant_id).first() if 0 < grant_id < 1 << 63 else None
        if grant is None:
            raise NotFound
        if grant.account_id == actor.account_id:
            raise OwnChange
        if not keeps:
            end_grant(actor, grant, "review", now)
            return
        grant.reviewed_at, grant.reviewed_by_name = now, name_of(actor)
        grant.save(update_fields=["reviewed_at", "reviewed_by_name"])
        audit.record(
            actor=actor, action="identity.review_grant", target="staff_grant", target_id=grant.id, now=now,
            details={"role": grant.role}, city_code=grant.region_code or "000000",
        )  # fmt: skip
