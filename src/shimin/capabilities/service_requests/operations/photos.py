"""Photos on their way: received, used in a step, shown with a released answer, deleted when nothing names them.

A photo is received before the form that uses it is filed: a page without a script cannot send a file twice. Until then
a signed token stands for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.core import signing
from django.db import connection
from django.db.models import Q

from shimin.capabilities.service_requests.domain.photos import KEPT_UNUSED, MOST_AT_ONCE, MOST_ON_A_REQUEST
from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.domain.steps import Action
from shimin.capabilities.service_requests.models import RequestPhoto, RequestStep
from shimin.kernel import rate
from shimin.kernel.actor import SYSTEM, Actor, ActorKind
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import InvalidInput
from shimin.kernel.files import (
    FileStore,
    Position,
    RenditionName,
    StoredPhoto,
    delete_unnamed,
    get_file_store,
    receive_photo,
)
from shimin.kernel.ids import new_id

_PER_ACCOUNT, _PER_ADDRESS, _WINDOW_SECONDS = 120, 240, 3600
_SALT = "service_requests.photo"
_BATCH = 200


class PhotoGone(InvalidInput):
    """A token is no photo that this form may use."""

    code = "request_photo_gone"
    message = "有照片已经失效。"
    mend = "请重新选择照片；照片选好后一天内要提交。"


class TooManyPhotos(InvalidInput):
    """More photos than a request takes."""

    code = "request_too_many_photos"
    message = f"一次最多{MOST_AT_ONCE}张照片，一件诉求最多{MOST_ON_A_REQUEST}张。"
    mend = "请挑最能说明问题的几张。"


@dataclass(frozen=True, slots=True)
class ReceivedPhoto:
    """A photo that waits to be used. ``token`` stands for it for a day; ``position`` is for consent only."""

    photo_id: int
    token: str
    width: int
    height: int
    position: Position | None


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """What a token says: the photo and the digest of its small picture."""

    photo_id: int
    small: str


def receive_request_photo(
    *,
    actor: Actor,
    upload: BinaryIO,
    city_code: str,
    now: datetime,
    address: str = "",
    counted: tuple[str, int] | None = None,
) -> ReceivedPhoto:
    """Take a photo for a request that is being written. Not inside a transaction: it is drawn anew and looked through.

    ``address`` is the client's, for the limit of who has no account. ``counted``: (key, photos an hour) instead.

    Raises:
        TooManyRequests: more photos in an hour than a person takes.
        PhotoTooLarge, PhotoRefused, FileInfected, ScannerUnavailable: see ``kernel.files.receive_photo``.
    """
    require_no_transaction()
    own = (address, _PER_ADDRESS) if actor.account_id is None else (str(actor.account_id), _PER_ACCOUNT)
    key, limit = counted or own
    rate.hit("service_requests.photo", key, limit=limit, window_seconds=_WINDOW_SECONDS, now=now)
    store, photo_id = get_file_store(), new_id()
    stored = receive_photo(upload, store=store)
    with scope(actor):
        RequestPhoto.objects.create(
            id=photo_id, city_code=city_code, account_id=actor.account_id, by_staff=actor.kind is ActorKind.STAFF,
            large=stored.digests[RenditionName.LARGE], small=stored.digests[RenditionName.SMALL], width=stored.width,
            height=stored.height, sent_at=now,
        )  # fmt: skip
    if not _is_kept(stored, store):  # deleted as unused between the two: somebody had sent the same picture before
        upload.seek(0)
        receive_photo(upload, store=store)
    token = signing.dumps([str(photo_id), stored.digests[RenditionName.SMALL]], salt=_SALT)
    return ReceivedPhoto(photo_id, token, stored.width, stored.height, stored.position)


def read_photo_tokens(tokens: Sequence[str]) -> tuple[KeptPhoto, ...]:
    """Return the photos that tokens stand for, each once.

    Raises:
        TooManyPhotos: more than fit into one step.
        PhotoGone: one was never given out, or more than a day ago.
    """
    if len(tokens) > MOST_AT_ONCE:
        raise TooManyPhotos(fields={"photos": TooManyPhotos.message})
    found: dict[int, KeptPhoto] = {}
    for token in tokens:
        try:
            photo_id, small = signing.loads(token[:400], salt=_SALT, max_age=KEPT_UNUSED)
        except signing.BadSignature:
            raise PhotoGone(fields={"photos": PhotoGone.message}) from None
        found[int(photo_id)] = KeptPhoto(int(photo_id), str(small))
    return tuple(found.values())


def attach_photos(*, actor: Actor, request_id: int, step_id: int, photo_ids: Sequence[int], is_shown: bool) -> None:
    """Give received photos to a step, in the scope of the operation that takes it.

    Raises:
        TooManyPhotos, PhotoGone: see there; the step is undone with it.
    """
    wanted = sorted(set(photo_ids))
    if not wanted:
        return
    if len(wanted) > MOST_AT_ONCE:
        raise TooManyPhotos(fields={"photos": TooManyPhotos.message})
    if actor.kind is ActorKind.STAFF:
        done = RequestPhoto.objects.filter(
            id__in=wanted, request_id=None, by_staff=True, account_id=actor.account_id
        ).update(request_id=request_id, step_id=step_id, is_shown=is_shown)
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT service_requests_attach_photos(%s, %s, %s, %s)",
                [request_id, step_id, wanted, MOST_ON_A_REQUEST],
            )
            (done,) = cursor.fetchone()
    if done == -2:
        raise TooManyPhotos(fields={"photos": TooManyPhotos.message})
    if done != len(wanted):
        raise PhotoGone(fields={"photos": PhotoGone.message})


def show_drafted_photos(request_id: int) -> None:
    """Show the people who reported the photos of the newest drafted answer; in the scope that releases it."""
    drafted = RequestStep.objects.filter(request_id=request_id, action=str(Action.DRAFT_REPLY)).order_by("-version")
    step_id = drafted.values_list("id", flat=True).first()
    RequestPhoto.objects.filter(request_id=request_id, step_id=step_id, by_staff=True).update(is_shown=True)


def publish_photos(*, request_id: int, photo_ids: Sequence[int]) -> None:
    """Show everybody these photos of an answer and no others; in the scope of the publication.

    Raises:
        InvalidInput: one of them is no photo of the answer, or its reporters do not see it yet.
    """
    answers = RequestPhoto.objects.filter(request_id=request_id, by_staff=True)
    answers.exclude(id__in=photo_ids).filter(is_published=True).update(is_published=False)
    if answers.filter(id__in=photo_ids, is_shown=True).update(is_published=True) != len(set(photo_ids)):
        raise InvalidInput(fields={"publish_photos": "只能公开答复里市民看得到的照片，请重新勾选。"})


def copy_photos(*, request_id: int, to_request_id: int) -> int:
    """Give the mirror of a request the same pictures, at its first step; for the worker, in its scope."""
    step = RequestStep.objects.filter(request_id=to_request_id).order_by("version").first()
    if step is None or RequestPhoto.objects.filter(request_id=to_request_id).exists():
        return 0
    copies = [
        RequestPhoto(
            id=new_id(), city_code=step.city_code, request_id=to_request_id, step_id=step.id, large=photo.large,
            small=photo.small, width=photo.width, height=photo.height, sent_at=photo.sent_at,
        )
        for photo in RequestPhoto.objects.filter(request_id=request_id, by_staff=False).order_by("id")
    ]  # fmt: skip
    return len(RequestPhoto.objects.bulk_create(copies))


def copy_answer_photos(*, from_step: RequestStep, to_request_id: int, to_step_id: int) -> int:
    """Give a request at home the pictures of an answer that came from its mirror; for the worker, in its scope.

    Those of ``from_step``, and for an answer all that its reporters may see and home does not have yet: what a second
    person has released hangs on the draft.
    """
    shown = RequestPhoto.objects.filter(request_id=from_step.request_id, by_staff=True, is_shown=True)
    if from_step.state != str(RequestState.ANSWERED):
        shown = shown.filter(step_id=from_step.id)
    city_code = RequestStep.objects.get(id=to_step_id).city_code
    known = set(RequestPhoto.objects.filter(request_id=to_request_id, by_staff=True).values_list("large", flat=True))
    copies = [
        RequestPhoto(
            id=new_id(), city_code=city_code, request_id=to_request_id, step_id=to_step_id, by_staff=True,
            large=photo.large, small=photo.small, width=photo.width, height=photo.height, sent_at=photo.sent_at,
        )
        for photo in shown.order_by("id")
        if photo.large not in known
    ]  # fmt: skip
    return len(RequestPhoto.objects.bulk_create(copies))


def forget_unused_photos(now: datetime, *, store: FileStore | None = None) -> int:
    """Delete photos that no request has used for a day, with their files, and return how many."""
    with scope(SYSTEM):
        rows = RequestPhoto.objects.select_for_update(skip_locked=True).filter(
            request_id=None, sent_at__lte=now - KEPT_UNUSED
        ).order_by("sent_at")[:_BATCH]  # fmt: skip
        old = list(rows)
        RequestPhoto.objects.filter(id__in=[row.id for row in old]).delete()
    keeping = store or get_file_store()
    for digest in sorted({digest for row in old for digest in (row.large, row.small)}):
        delete_unnamed(digest, _is_named, keeping)
    return len(old)


def _is_named(digest: str) -> bool:
    with scope(SYSTEM):
        return RequestPhoto.objects.filter(Q(large=digest) | Q(small=digest)).exists()


def _is_kept(stored: StoredPhoto, store: FileStore) -> bool:
    return all(store.has(digest) for digest in stored.digests.values())
