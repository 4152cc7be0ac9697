"""Voice files on their way: received, used in a step, deleted when nothing names them. As with photos, in one size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.core import signing
from django.db import connection

from shimin.capabilities.service_requests.domain.voices import (
    MOST_VOICES_AT_ONCE,
    MOST_VOICES_ON_A_REQUEST,
    VOICE_KEPT_UNUSED,
)
from shimin.capabilities.service_requests.models import RequestStep, RequestVoice
from shimin.kernel import rate
from shimin.kernel.actor import SYSTEM, Actor, ActorKind
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import Forbidden, InvalidInput
from shimin.kernel.files import FileStore, delete_unnamed, get_file_store, receive_voice
from shimin.kernel.ids import new_id

_PER_ACCOUNT, _PER_ADDRESS, _WINDOW_SECONDS = 30, 60, 3600
_SALT = "service_requests.voice"
_BATCH = 200


class VoiceGone(InvalidInput):
    """A token is no recording that this form may use."""

    code = "request_voice_gone"
    message = "有录音已经失效。"
    mend = "请重新选择录音；选好后一天内要提交。"


class TooManyVoices(InvalidInput):
    """More recordings than a request takes."""

    code = "request_too_many_voices"
    message = f"一次最多{MOST_VOICES_AT_ONCE}段录音，一件诉求最多{MOST_VOICES_ON_A_REQUEST}段。"
    mend = "请挑最要紧的几段。"


@dataclass(frozen=True, slots=True)
class KeptVoice:
    """A recording that waits to be used: its id, the digest of its file, how long it is in seconds."""

    voice_id: int
    digest: str
    seconds: float


def receive_request_voice(
    *, actor: Actor, upload: BinaryIO, city_code: str, now: datetime, address: str = ""
) -> tuple[str, KeptVoice]:
    """Take a voice file for a request that is being written: the token that stands for it a day, and what it is.

    Not inside a transaction: it is recorded anew and looked through. ``address`` is the client's, for the limit of who
    has no account.

    Raises:
        Forbidden: an officer sends it; answers are written.
        TooManyRequests: more recordings in an hour than a person makes.
        VoiceTooLarge, VoiceRefused, FileInfected, ScannerUnavailable: see ``kernel.files.receive_voice``.
    """
    require_no_transaction()
    if actor.kind is ActorKind.STAFF:
        raise Forbidden("工作人员的答复请写成文字。")
    key, limit = (address, _PER_ADDRESS) if actor.account_id is None else (str(actor.account_id), _PER_ACCOUNT)
    rate.hit("service_requests.voice", key, limit=limit, window_seconds=_WINDOW_SECONDS, now=now)
    store, voice_id = get_file_store(), new_id()
    stored = receive_voice(upload, store=store)
    with scope(actor):
        RequestVoice.objects.create(
            id=voice_id, city_code=city_code, account_id=actor.account_id, digest=stored.digest,
            seconds=stored.seconds, size_bytes=stored.size_bytes, sent_at=now,
        )  # fmt: skip
    if not store.has(stored.digest):  # deleted as unused between the two: somebody had sent the same file before
        upload.seek(0)
        receive_voice(upload, store=store)
    token = signing.dumps([str(voice_id), stored.digest, stored.seconds], salt=_SALT)
    return token, KeptVoice(voice_id, stored.digest, stored.seconds)


def read_voice_tokens(tokens: Sequence[str]) -> tuple[KeptVoice, ...]:
    """Return the recordings that tokens stand for, each once.

    Raises:
        TooManyVoices: more than fit into one step.
        VoiceGone: one was never given out, or more than a day ago.
    """
    if len(tokens) > MOST_VOICES_AT_ONCE:
        raise TooManyVoices(fields={"voices": TooManyVoices.message})
    found: dict[int, KeptVoice] = {}
    for token in tokens:
        try:
            voice_id, digest, seconds = signing.loads(token[:400], salt=_SALT, max_age=VOICE_KEPT_UNUSED)
        except signing.BadSignature:
            raise VoiceGone(fields={"voices": VoiceGone.message}) from None
        found[int(voice_id)] = KeptVoice(int(voice_id), str(digest), float(seconds))
    return tuple(found.values())


def attach_voices(*, actor: Actor, request_id: int, step_id: int, voice_ids: Sequence[int]) -> None:
    """Give received recordings to a step, in the scope of the operation that takes it.

    Raises:
        TooManyVoices, VoiceGone: see there; the step is undone with it.
    """
    wanted = sorted(set(voice_ids))
    if not wanted:
        return
    if len(wanted) > MOST_VOICES_AT_ONCE:
        raise TooManyVoices(fields={"voices": TooManyVoices.message})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT service_requests_attach_voices(%s, %s, %s, %s)",
            [request_id, step_id, wanted, MOST_VOICES_ON_A_REQUEST],
        )
        (done,) = cursor.fetchone()
    if done == -2:
        raise TooManyVoices(fields={"voices": TooManyVoices.message})
    if done != len(wanted):
        raise VoiceGone(fields={"voices": VoiceGone.message})


def copy_voices(*, request_id: int, to_request_id: int) -> int:
    """Give the mirror of a request the same recordings, at its first step; for the worker, in its scope. Idempotent."""
    step = RequestStep.objects.filter(request_id=to_request_id).order_by("version").first()
    if step is None or RequestVoice.objects.filter(request_id=to_request_id).exists():
        return 0
    copies = [
        RequestVoice(
            id=new_id(), city_code=step.city_code, request_id=to_request_id, step_id=step.id, digest=voice.digest,
            seconds=voice.seconds, size_bytes=voice.size_bytes, sent_at=voice.sent_at,
        )
        for voice in RequestVoice.objects.filter(request_id=request_id).order_by("id")
    ]  # fmt: skip
    return len(RequestVoice.objects.bulk_create(copies))


def forget_unused_voices(now: datetime, *, store: FileStore | None = None) -> int:
    """Delete recordings that no request has used for a day, with their files, and return how many."""
    with scope(SYSTEM):
        rows = RequestVoice.objects.select_for_update(skip_locked=True).filter(
            request_id=None, sent_at__lte=now - VOICE_KEPT_UNUSED
        ).order_by("sent_at")[:_BATCH]  # fmt: skip
        old = list(rows)
        RequestVoice.objects.filter(id__in=[row.id for row in old]).delete()
    keeping = store or get_file_store()
    for digest in sorted({row.digest for row in old}):
        delete_unnamed(digest, _is_named, keeping)
    return len(old)


def _is_named(digest: str) -> bool:
    with scope(SYSTEM):
        return RequestVoice.objects.filter(digest=digest).exists()
