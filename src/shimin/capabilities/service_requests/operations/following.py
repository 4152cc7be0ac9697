"""What people do with their requests: add facts, withdraw, rate, have it done again one level higher."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shimin.capabilities.service_requests.domain.deadlines import term_for
from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.photos import PHOTO_FACTS
from shimin.capabilities.service_requests.domain.rating import BAD, Rating
from shimin.capabilities.service_requests.domain.steps import Action
from shimin.capabilities.service_requests.domain.voices import VOICE_FACTS
from shimin.capabilities.service_requests.models import RequestStep, ServiceRequest
from shimin.capabilities.service_requests.operations.moving import Change, take_step
from shimin.kernel.actor import Actor
from shimin.kernel.calendar.deadlines import Clock
from shimin.kernel.errors import Conflict, InvalidInput

MOST_LEVEL = 3
CHASED_EVERY = timedelta(days=1)


class HighestLevel(Conflict):
    """It has been done again as often as the levels go."""

    code = "request_highest_level"
    message = "这件诉求已经由最高一级重新办理过。"
    mend = "您可以重新提一件，或依法申请行政复议、信访。"


class ChasedLately(Conflict):
    """It was urged less than a day ago."""

    code = "request_chased_lately"
    message = "一天之内已经催过了，承办部门看得到。"
    mend = "有新情况请用“补充情况”；明天还没有动静可以再催。"


def add_facts(
    *,
    actor: Actor,
    request_id: int,
    words: str,
    now: datetime,
    number: str = "",
    code: str = "",
    photo_ids: Sequence[int] = (),
    voice_ids: Sequence[int] = (),
) -> int:
    """Add words, photos or recordings (received before) to an open request; who handles it sees them.

    Raises:
        InvalidInput: nothing is said and nothing added.
        PhotoGone, TooManyPhotos, VoiceGone, TooManyVoices: see there.
        StepRefused, NotFound: see ``take_step``.
    """
    return take_step(
        actor=actor, request_id=request_id, action=Action.ADD_FACTS, now=now, number=number, code=code,
        words=words if words.strip() else (VOICE_FACTS if voice_ids else PHOTO_FACTS if photo_ids else ""),
        decide=lambda row, text: Change(words=text, photo_ids=photo_ids, voice_ids=voice_ids),
    )  # fmt: skip


def chase(*, actor: Actor, request_id: int, now: datetime, words: str = "", number: str = "", code: str = "") -> int:
    """Urge whoever has an open request in hand, once a day; the desk is told at once.

    Raises:
        ChasedLately: it was urged less than a day ago.
        StepRefused, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        last = RequestStep.objects.filter(request_id=row.id, action=str(Action.CHASE)).order_by("-version").first()
        if last is not None and now < last.taken_at + CHASED_EVERY:
            raise ChasedLately
        return Change(words=text)

    return take_step(
        actor=actor, request_id=request_id, action=Action.CHASE, now=now, decide=decide, words=words, number=number,
        code=code,
    )  # fmt: skip


def withdraw(*, actor: Actor, request_id: int, now: datetime, words: str = "", number: str = "", code: str = "") -> int:
    """Take an open request back.

    Raises:
        StepRefused, NotFound: see ``take_step``.
    """
    return take_step(
        actor=actor, request_id=request_id, action=Action.WITHDRAW, now=now, words=words, number=number, code=code,
        decide=lambda row, text: Change({"extension": None, "draft": ""}, words=text),
    )  # fmt: skip


def rate_answer(
    *,
    actor: Actor,
    request_id: int,
    rating: Rating,
    now: datetime,
    words: str = "",
    wants_contact: bool = False,
    number: str = "",
    code: str = "",
) -> int:
    """Rate the answer; the request is closed. ``wants_contact`` counts for the two bad levels only.

    Raises:
        StepRefused, NotFound: see ``take_step``.
    """
    contact = wants_contact and rating in BAD

    def decide(row: ServiceRequest, text: str) -> Change:
        return Change(
            {"rating": str(rating), "wants_contact": contact}, words=text,
            details={"rating": str(rating), "wants_contact": contact}, audit={"rating": str(rating)},
        )  # fmt: skip

    return take_step(
        actor=actor, request_id=request_id, action=Action.RATE, now=now, decide=decide, words=words, number=number,
        code=code,
    )  # fmt: skip


def reopen(*, actor: Actor, request_id: int, words: str, now: datetime, number: str = "", code: str = "") -> int:
    """Have an answered request done again, one level higher, with its history and a new clock.

    Raises:
        InvalidInput: no reasons.
        HighestLevel: see the class.
        StepRefused, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        if row.level >= MOST_LEVEL:
            raise HighestLevel
        term = term_for(
            city_code=row.city_code,
            kind=RequestKind(row.request_kind),
            is_emergency=row.is_emergency,
            now=now,
            matter=row.matter,
        )
        columns = {
            "level": row.level + 1, "rating": "", "wants_contact": False, "is_fixed": False, "extension": None,
            "draft": "",
        }  # fmt: skip
        return Change(
            columns, words=text, details={"level": row.level + 1}, audit={"level": row.level + 1},
            clock=Clock(term.deadline, now),
        )  # fmt: skip

    return take_step(
        actor=actor, request_id=request_id, action=Action.REOPEN, now=now, decide=decide, words=words, number=number,
        code=code,
    )  # fmt: skip


def read_rating(text: str) -> Rating:
    """Return the chosen level.

    Raises:
        InvalidInput: none was chosen.
    """
    try:
        return Rating(text)
    except ValueError:
        raise InvalidInput(fields={"rating": "请选一个评价。"}) from None
