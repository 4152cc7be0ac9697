"""Lines of the access log: opened before a department is asked, closed when it has answered, never rewritten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from shimin.capabilities.enquiries.domain.offer import Offer, Question
from shimin.capabilities.enquiries.domain.outcomes import Outcome
from shimin.capabilities.enquiries.events import RecordLookedUp
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor
from shimin.kernel.ids import new_id

ACTION = "enquiries.look_up"

COLUMNS = """
    id, person_id, account_id, city_code, agency_id, item_id, version_id, item_name, agency_name, system,
    purpose, basis, fields, channel, started_at, mandate_id, acted_by
"""
_INSERT = f"""
    INSERT INTO enquiries_enquiry ({COLUMNS}, finished_at, outcome, reason, from_cache)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, false)
"""  # noqa: S608 - constants only
_CLOSE = f"""
    WITH closed AS (
        UPDATE enquiries_enquiry
        SET outcome = %s::text, reason = %s::text, record_count = %s::integer, finished_at = %s::timestamptz
        WHERE id = %s::bigint AND outcome = 'pending' RETURNING id
    ), noted AS ({audit.INSERT} FROM closed), told AS ({events.INSERT} FROM closed)
    SELECT id FROM closed
"""  # noqa: S608 - constants only


class LineClosed(RuntimeError):
    """The line was closed already (the worker took the process for dead): its answer must not be shown."""


def line_values(actor: Actor, question: Question, now: datetime) -> list[Any]:
    """Return a new line's values for COLUMNS."""
    offer, lookup = question.offer, question.offer.lookup
    return [
        new_id(), actor.person_id, actor.account_id, offer.region_code, offer.agency_id, offer.item_id,
        offer.version_id, offer.name, offer.agency_name, lookup.system, lookup.purpose, lookup.basis.law,
        question.field_titles, actor.channel, now,
        actor.hat.mandate_id if actor.hat else None, actor.hat.by if actor.hat else "",
    ]  # fmt: skip


def open_line(*, actor: Actor, question: Question, now: datetime) -> int:
    """Note the intent in the caller's transaction and return the line's id."""
    values = line_values(actor, question, now)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*values, None, Outcome.PENDING, ""])
    return int(values[0])


def close_line(
    *,
    actor: Actor,
    offer: Offer,
    line_id: int,
    outcome: Outcome,
    reason: str = "",
    record_count: int | None = None,
    now: datetime,
) -> None:
    """Close a line in the caller's transaction, with its audit row and event: one statement for the three.

    Raises:
        LineClosed: see the class.
    """
    event = RecordLookedUp(
        enquiry_id=line_id, item_id=offer.item_id, agency_id=offer.agency_id, city_code=offer.region_code,
        outcome=outcome, reason=reason, channel=actor.channel,
    )  # fmt: skip
    values = [
        outcome, reason, record_count, now, line_id,
        *audit_row(actor=actor, offer=offer, line_id=line_id, outcome=outcome, reason=reason, now=now),
        *events.row(event, aggregate="enquiries.enquiry", aggregate_id=line_id, version=1, now=now),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, values)
        if cursor.fetchone() is None:
            raise LineClosed(str(line_id))


def refuse_line(*, actor: Actor, question: Question, reason: str, now: datetime) -> int:
    """Write a line for a look-up that was refused before the department was asked, with its audit row."""
    values = line_values(actor, question, now)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*values, now, Outcome.REFUSED, reason])
        noted = audit_row(
            actor=actor, offer=question.offer, line_id=values[0], outcome=Outcome.REFUSED, reason=reason, now=now
        )
        cursor.execute(audit.INSERT, noted)
    return int(values[0])


def audit_row(
    *, actor: Actor, offer: Offer, line_id: int, outcome: Outcome | None, reason: str = "", now: datetime
) -> list[Any]:
    """Return the audit row of a line. ``outcome`` None: an answer told again from the cache, found or empty."""
    done = outcome in (Outcome.FOUND, Outcome.EMPTY, None)
    details: dict[str, Any] = {"item": offer.item_id, "version": offer.version_id}
    details |= {"cached": True} if outcome is None else {"result": outcome}
    if reason:
        details["reason"] = reason
    return audit.row(
        actor=actor, action=ACTION, target="enquiry", target_id=line_id, now=now, city_code=offer.region_code,
        outcome=audit.Outcome.DONE if done else audit.Outcome.REFUSED, details=details,
    )  # fmt: skip
