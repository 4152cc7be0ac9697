"""The worker reads a new request and proposes its category; a person's choice is never overwritten."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.domain.states import OPEN_STATES
from shimin.capabilities.service_requests.domain.steps import Action, step_of
from shimin.capabilities.service_requests.domain.voices import VOICE_WORDS
from shimin.capabilities.service_requests.operations.moving import Change, write_step
from shimin.capabilities.service_requests.ports import get_text_reader
from shimin.capabilities.service_requests.ports.known_categories import known_category
from shimin.capabilities.service_requests.queries.rows import lock_request
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope


def suggest_category(*, request_id: int, now: datetime) -> bool:
    """Read a request's words and note the proposed categories; tell whether anything was noted. Idempotent."""
    with scope(SYSTEM):
        row = lock_request(request_id)
        if row.suggestion is not None or row.state not in OPEN_STATES or row.words == VOICE_WORDS:
            return False  # nobody reads what is only said: a person dispatches it
        suggestion = get_text_reader().suggest(row.words, city_code=row.city_code)
        if not suggestion.choices:
            return False
        columns: dict[str, object] = {"suggestion": [asdict(choice) for choice in suggestion.choices[:3]]}
        best = suggestion.choices[0]
        by_service = known_category(row.id, row.city_code, row.channel, Matter(row.matter))
        if not row.category and by_service:
            columns |= {"category": by_service, "category_by": "service"}
        elif not row.category:
            columns |= {"category": best.category_code, "category_by": "reader"}
        details = {"category": best.category_code, "probability": round(best.probability, 4)}
        write_step(
            actor=SYSTEM, row=row, step=step_of(Action.CLASSIFY), change=Change(columns, details=details), now=now
        )
    return True
