"""What joint handling adds to the requests' pages: parts at the desk, "由 X 牵头，Y 协办" for who reported."""

from __future__ import annotations

from shimin.capabilities.service_requests.joint_handling.public import (
    JointHandling,
    PartAction,
    PartView,
    PartWho,
    get_joint_handling,
    list_told_parts,
)
from shimin.capabilities.service_requests.joint_handling.web.forms import AskForm, PartForm
from shimin.capabilities.service_requests.joint_handling.web.presenting import (
    RequestFacts,
    answer_note,
    moment_words,
    part_light,
    part_promise,
    part_steps,
)
from shimin.capabilities.service_requests.public import (
    DeskPart,
    FollowPart,
    RequestState,
    register_desk_part,
    register_follow_part,
)
from shimin.kernel import clock
from shimin.kernel.actor import Actor

# Who may ask in which states; a dispatcher names co-handlers as soon as there is a lead.
_ASKS_IN = {
    PartWho.LEAD: (RequestState.IN_PROGRESS, RequestState.SUSPENDED),
    PartWho.DISPATCHER: (RequestState.DISPATCHED, RequestState.IN_PROGRESS, RequestState.SUSPENDED),
}


def parts_of(*, actor: Actor, request_id: int, agency_id: int | None) -> DeskPart | None:
    """Return the parts of a request, and for its lead or the dispatcher the form that asks for more."""
    shown, now = get_joint_handling(actor=actor, request_id=request_id), clock.now()
    may_ask = any(who in shown.roles and shown.state in states for who, states in _ASKS_IN.items())
    if not shown.parts and not may_ask:
        return None
    facts = RequestFacts(
        shown.city_code, shown.kind, shown.is_emergency, shown.filed_at, shown.is_clock_running, shown.is_over
    )
    rows = [
        {
            "one": part, "light": part_light(part), "promise": part_promise(part, facts, now),
            "note": answer_note(part, now), "steps": part_steps(part), "forms": _forms(part, shown),
            "old": part.level != shown.level,
        }
        for part in shown.parts
    ]  # fmt: skip
    ask = AskForm(shown.city_code, shown.taken) if may_ask else None
    return DeskPart("joint_handling/desk/_parts.html", {"rows": rows, "ask": ask, "request_id": request_id})


def told_of(*, actor: Actor, request_id: int, level: int, number: str, code: str) -> FollowPart | None:
    """Return who co-handles, in plain words; None where the lead is alone."""
    lead, told = list_told_parts(actor, request_id=request_id, level=level, number=number, code=code)
    if not told:
        return None
    names = "、".join(dict.fromkeys(each.agency for each in told))
    rows = [{"told": each, "when": moment_words(each.given_at or each.responded_at or each.asked_at)} for each in told]
    said = f"由{lead}牵头办理，{names}协办。" if lead else f"{names}协办。"
    return FollowPart("joint_handling/_told.html", {"said": said, "lead": lead, "rows": rows})


def _forms(part: PartView, shown: JointHandling) -> list[tuple[str, PartForm]]:
    wanted = [PartAction.INSIST, PartAction.DROP, PartAction.WAIVE, PartAction.URGE]
    if part.given_step_id in shown.hidden_steps:
        wanted.append(PartAction.SHOW_PHOTOS)
    return [(str(action), PartForm(action, key=str(part.part_id))) for action in part.actions if action in wanted]


register_desk_part(parts_of)
register_follow_part(told_of)
