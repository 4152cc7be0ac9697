"""The requests' part of a person's data: what they filed, how it went, and what they had to say to it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shimin.capabilities.identity.public import (
    Clash,
    MergePart,
    Moves,
    PersonalData,
    Rows,
    Stays,
    register_merge_part,
    register_personal_data,
)
from shimin.capabilities.service_requests.domain.photos import KEPT_UNUSED
from shimin.capabilities.service_requests.domain.states import OPEN_STATES, RequestState
from shimin.capabilities.service_requests.handles import CONTACT
from shimin.capabilities.service_requests.models import (
    Reporter,
    RequestPhoto,
    RequestStep,
    RequestVoice,
    ServiceRequest,
)
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope
from shimin.kernel.files import get_file_store

_MOST = 20_000
_MOST_PICTURES_BYTES = 20 * 2**20  # the export is one file in one answer; further photos come with their address
_ERASED = "（已按本人要求删除）"


def export_requests(actor: Actor) -> Rows:
    """Return the actor's requests, their public steps, where they are told, photos and recordings in base64."""
    if actor.account_id is None:
        return []
    with scope(actor):
        requests = ServiceRequest.objects.filter(account_id=actor.account_id).order_by("id").values(
            "number", "city_code", "request_kind", "state", "title", "words", "category", "address", "region_code",
            "lng", "lat", "filed_at", "due_at", "answer", "answered_at", "rating", "is_confidential",
        )[:_MOST]  # fmt: skip
        steps = (
            RequestStep.objects.filter(request__account_id=actor.account_id, is_public=True)
            .order_by("id")
            .values("request__number", "action", "taken_at", "words")[:_MOST]
        )
        reporters = Reporter.objects.filter(account_id=actor.account_id).order_by("id")[:_MOST]
        told = [
            {
                "kind": "reporter", "number": reporter.request.number, "role": reporter.role,
                "since_at": reporter.since_at,
                "contact": decrypt(bytes(reporter.contact), context=CONTACT) if reporter.contact else "",
            }
            for reporter in reporters.select_related("request")
        ]  # fmt: skip
        sent: Sequence[Any] = list(
            RequestPhoto.objects.filter(request__account_id=actor.account_id, by_staff=False)
            .order_by("id")
            .values("id", "request__number", "large", "width", "height", "sent_at")[:_MOST]
        )
        voices: Sequence[Any] = list(
            RequestVoice.objects.filter(request__account_id=actor.account_id)
            .order_by("id")
            .values("id", "request__number", "digest", "seconds", "sent_at")[:_MOST]
        )
        rows: list[Mapping[str, Any]] = [
            *({"kind": "request", **row} for row in requests),
            *({"kind": "step", **row} for row in steps),
            *told,
        ]
    return [*rows, *_pictures(sent), *_recordings(voices)]


def _pictures(sent: Iterable[Mapping[str, Any]]) -> Rows:
    """Return the photos with their content, up to a limit in all; all have the address where they can be fetched."""
    found, size, store = [], 0, get_file_store()
    for row in sent:
        number = row["request__number"]
        photo = {
            "kind": "photo", "number": number, "width": row["width"], "height": row["height"],
            "sent_at": row["sent_at"], "address": f"/requests/{number}/photos/{row['id']}/large", "jpeg": "",
        }  # fmt: skip
        if size < _MOST_PICTURES_BYTES and store.has(row["large"]):
            content = store.get(row["large"])
            size += len(content)
            photo["jpeg"] = b64encode(content).decode()
        found.append(photo)
    return found


def _recordings(sent: Iterable[Mapping[str, Any]]) -> Rows:
    """Return the recordings with their content, up to a limit in all, as with photos."""
    found, size, store = [], 0, get_file_store()
    for row in sent:
        number = row["request__number"]
        voice = {
            "kind": "voice", "number": number, "seconds": row["seconds"], "sent_at": row["sent_at"],
            "address": f"/requests/{number}/voices/{row['id']}", "mp3": "",
        }  # fmt: skip
        if size < _MOST_PICTURES_BYTES and store.has(row["digest"]):
            content = store.get(row["digest"])
            size += len(content)
            voice["mp3"] = b64encode(content).decode()
        found.append(voice)
    return found


def erase_requests(account_id: int, person_id: int | None, now: datetime) -> int:
    """Cut the link between account and requests, delete contacts, and words, photos and recordings of ended requests.

    Files go with the next run of ``forget_unused_photos`` and ``forget_unused_voices``: the same picture may be
    somebody else's as well.
    """
    with scope(SYSTEM):
        over = [str(state) for state in RequestState if state not in OPEN_STATES]
        mine = ServiceRequest.objects.filter(account_id=account_id)
        RequestStep.objects.filter(request__in=mine.filter(state__in=over), actor_kind="citizen").exclude(
            words=""
        ).update(words=_ERASED)
        ended = mine.filter(state__in=over).update(words=_ERASED, title=_ERASED, address="", lng=None, lat=None)
        photos = RequestPhoto.objects.filter(request__in=mine.filter(state__in=over), by_staff=False)
        unused = {"request_id": None, "step_id": None, "sent_at": now - KEPT_UNUSED}
        dropped = photos.update(**unused) + RequestPhoto.objects.filter(account_id=account_id, request_id=None).update(
            **unused
        )
        RequestPhoto.objects.filter(account_id=account_id).update(account_id=None)
        voices = RequestVoice.objects.filter(request__in=mine.filter(state__in=over))
        dropped += voices.update(**unused)
        dropped += RequestVoice.objects.filter(account_id=account_id, request_id=None).update(**unused)
        RequestVoice.objects.filter(account_id=account_id).update(account_id=None)
        mine.update(account_id=None, person_id=None, mandate_id=None)
        RequestStep.objects.filter(account_id=account_id).update(account_id=None)
        return int(ended) + int(dropped) + int(Reporter.objects.filter(account_id=account_id).delete()[0])


register_personal_data(
    PersonalData(
        key="service_requests", title="我的诉求",
        tables=("service_requests_request", "service_requests_step", "service_requests_reporter",
                "service_requests_photo", "service_requests_voice"),
        export=export_requests, erase=erase_requests,
        kept="正在办理的诉求继续办完，但不再和您的账号关联；已办结的只留编号、类别和答复，用于统计和监督。",
    )
)  # fmt: skip
register_merge_part(
    MergePart(
        key="service_requests", title="我的诉求",
        moves=(
            Moves("service_requests_request", "条诉求"),
            Moves("service_requests_reporter", clashes=(Clash(("city_code", "request_id")),)),
            Moves("service_requests_photo"),
            Moves("service_requests_voice"),
        ),
        stays=(
            Stays("service_requests_request", "记录是这个人的，人没有变", column="person_id"),
            Stays("service_requests_step", "当时是哪个账号做的，记录不改"),
            Stays("service_requests_note", "工作人员写的"),
            Stays("service_requests_call_back", "回访的是哪个工作人员"),
        ),
    )
)  # fmt: skip
