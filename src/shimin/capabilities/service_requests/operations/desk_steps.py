"""What staff may do to a request, by the action's name: the one operation each calls. Pages and programs share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.reply_templates import require_filled
from shimin.capabilities.service_requests.domain.steps import Action
from shimin.capabilities.service_requests.operations.deriving import hand_over, split, take_back
from shimin.capabilities.service_requests.operations.dispatching import arbitrate, classify, decline, dispatch
from shimin.capabilities.service_requests.operations.handling import (
    accept,
    approve_extension,
    ask_extension,
    draft_reply,
    publish_answer,
    refuse_extension,
    release_reply,
    reply,
    reply_interim,
    resume,
    return_request,
    send_back_draft,
    suspend,
)
from shimin.capabilities.service_requests.operations.merging import merge
from shimin.capabilities.service_requests.queries.desk import find_desk_request
from shimin.capabilities.service_requests.queries.insults import insults
from shimin.kernel.actor import Actor
from shimin.kernel.errors import InvalidInput
from shimin.kernel.values.numbers import check_public_number

Run = Callable[[dict[str, Any], dict[str, Any]], object]

# Actions a person takes at the desk: those of the table that no program takes alone. Rooms add theirs when they start.
DESK_STEPS: dict[Action, Run] = {
    Action.DISPATCH: lambda at, said: dispatch(**at, agency_id=int(said["agency"]), words=said["words"]),
    Action.ARBITRATE: lambda at, said: arbitrate(**at, agency_id=int(said["agency"]), words=said["words"]),
    Action.DECLINE: lambda at, said: decline(**at, words=said["words"]),
    Action.ACCEPT: lambda at, said: accept(**at),
    Action.RETURN: lambda at, said: return_request(**at, words=said["words"]),
    Action.INTERIM_REPLY: lambda at, said: reply_interim(**at, words=said["words"], photo_ids=said["photos"]),
    Action.ASK_EXTENSION: lambda at, said: ask_extension(**at, amount=said["amount"], words=said["words"]),
    Action.APPROVE_EXTENSION: lambda at, said: approve_extension(**at),
    Action.REFUSE_EXTENSION: lambda at, said: refuse_extension(**at, words=said["words"]),
    Action.SUSPEND: lambda at, said: suspend(**at, words=said["words"], look_again_date=said["look_again_date"]),
    Action.RESUME: lambda at, said: resume(**at),
    Action.REPLY: lambda at, said: reply(**at, words=said["words"], photo_ids=said["photos"]),
    Action.DRAFT_REPLY: lambda at, said: draft_reply(**at, words=said["words"], photo_ids=said["photos"]),
    Action.RELEASE: lambda at, said: release_reply(**at),
    Action.REDRAFT: lambda at, said: send_back_draft(**at, words=said["words"]),
    Action.PUBLISH: lambda at, said: publish_answer(
        **at, words=said["words"], photo_ids=[int(each) for each in said.get("publish_photos", ())]
    ),
    Action.SPLIT: lambda at, said: split(**at, words=said["words"]),
    Action.HAND_OVER: lambda at, said: hand_over(**at, city_code=said["city_code"], words=said["words"]),
    Action.TAKE_BACK: lambda at, said: take_back(**at, words=said["words"]),
    Action.CLASSIFY: lambda at, said: classify(
        **at, category=said["category"] or None, kind=RequestKind(said["kind"]) if said["kind"] else None
    ),
    Action.MERGE: lambda at, said: merge(**at, into_id=_into(at["actor"], said["into"])),
}

ANSWERS = frozenset({Action.REPLY, Action.DRAFT_REPLY, Action.CONCLUDE, Action.INTERIM_REPLY})


def register_desk_steps(steps: Mapping[Action, Run]) -> None:
    """Add the operations of a room's own actions; its app does this when it starts."""
    DESK_STEPS.update(steps)


def take_desk_step(*, action: Action, actor: Actor, request_id: int, said: dict[str, Any], now: datetime) -> None:
    """Take an action of ``DESK_STEPS`` with what was said, as far as the action needs it: words, agency, amount,
    look_again_date, answer_by, city_code, category, kind, into, outcome, photos (ids).

    Raises:
        InvalidInput: something is missing, a template was not filled in, or the words insult.
        StepRefused, Forbidden, NotFound, …: see the operation.
    """
    if action in ANSWERS:
        require_filled(said["words"])
    if action is not Action.SPLIT:  # its words are the citizen's
        insults().require_none(said.get("words") or "")
    DESK_STEPS[action]({"actor": actor, "request_id": request_id, "now": now}, said)


def _into(actor: Actor, number: str) -> int:
    try:
        return find_desk_request(actor=actor, number=check_public_number(number))
    except InvalidInput as wrong:
        raise InvalidInput(fields={"into": wrong.message}) from None
