"""An officer has lost phone and recovery codes: one administrator asks, another agrees, and they enrol anew."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.domain.officers import SYSTEM_ADMIN, Change
from shimin.capabilities.identity.operations.officers.granting import (
    OwnChange,
    add_change,
    check_reason,
    find_officer,
    holding,
    require_region,
)
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.queries.officers import require_admin
from shimin.kernel.actor import Actor
from shimin.kernel.db import auth_scope


def ask_reset(*, actor: Actor, login: str, reason: str, now: datetime) -> int:
    """Ask that a colleague's app, recovery codes and passkeys are taken away; return the change's id.

    The password stays: with it they enrol a new app at the door. The colleague's roles must all lie where the
    administrator's do.

    Raises:
        Forbidden: no system administrator of where the colleague works.
        OwnChange: for oneself.
        NoSuchOfficer, InvalidInput: mend the input.
    """
    require_admin(actor, SYSTEM_ADMIN)
    check_reason(reason)
    with refusals_recorded(actor, "identity.ask_reset_factors", now), auth_scope(actor):
        account = find_officer(login)
        if account.id == actor.account_id:
            raise OwnChange
        regions = list(holding(now).filter(account=account).order_by("id").values_list("region_code", flat=True))
        for region_code in regions or [None]:
            require_region(actor, SYSTEM_ADMIN, region_code)
        return add_change(
            actor, now, account=account, change=Change.RESET_FACTORS, role="", region_code=(regions or [None])[0],
            reason=reason.strip(),
        )  # fmt: skip
