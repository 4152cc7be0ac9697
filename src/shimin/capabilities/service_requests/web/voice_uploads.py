"""Voice files that come with a form: received one by one, kept in the page by their tokens, each fault told by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms

from shimin.capabilities.service_requests.public import (
    MOST_VOICES_AT_ONCE,
    KeptVoice,
    VoiceGone,
    read_voice_tokens,
    receive_request_voice,
)
from shimin.capabilities.service_requests.web.uploads import PhotosInput, shown_name
from shimin.kernel import clock
from shimin.kernel.errors import InvalidInput
from shimin.kernel.files import (
    LARGEST_VOICE_BYTES,
    LONGEST_VOICE_SECONDS,
    FileInfected,
    ScannerUnavailable,
    VoiceRefused,
    VoiceTooLarge,
)
from shimin.kernel.web.access import Request

KINDS = "audio/*,.m4a,.mp3,.amr,.ogg,.oga,.opus,.wav,.webm,.3gp"
HELP = (
    f"不方便打字就传手机录音，最多{MOST_VOICES_AT_ONCE}段，每段最长{LONGEST_VOICE_SECONDS // 60}分钟、"
    f"{LARGEST_VOICE_BYTES // 2**20}MB。平台不转成文字，承办人会听到您的声音：要保密就请写字，急事请打电话。"
)


class VoicesField(forms.FileField):
    """Voice files of a form. The view receives them; the form shows the box and carries what is wrong."""

    def __init__(self) -> None:
        widget = PhotosInput(attrs={"multiple": True, "accept": KINDS})
        super().__init__(label="录音", required=False, widget=widget, help_text=HELP)

    def clean(self, data: Any, initial: Any = None) -> None:
        return None


@dataclass(frozen=True, slots=True)
class SentVoices:
    """What came with a form: tokens of recordings that are kept, and what was wrong with others."""

    tokens: tuple[str, ...]
    kept: tuple[KeptVoice, ...]
    faults: tuple[str, ...] = ()

    @property
    def voice_ids(self) -> tuple[int, ...]:
        return tuple(voice.voice_id for voice in self.kept)

    @property
    def players(self) -> list[tuple[str, int, str]]:
        """Token, number and length in words of each."""
        return [
            (token, number, length_words(voice.seconds))
            for number, (token, voice) in enumerate(zip(self.tokens, self.kept, strict=True), 1)
        ]


def take_voices(request: Request, *, city_code: str) -> SentVoices:
    """Receive the voice files of a form beside those it has kept. Faults are returned: the good ones are not lost.

    Raises:
        TooManyRequests: more recordings in an hour than a person makes.
    """
    dropped = set(request.POST.getlist("drop_voice"))
    tokens = [token for token in dict.fromkeys(request.POST.getlist("voice")) if token not in dropped]
    faults: list[str] = []
    try:
        read_voice_tokens(tokens)
    except InvalidInput as wrong:
        tokens, faults = [], [f"{wrong.message}{wrong.mend}"]
    uploads: list[Any] = [upload for upload in request.FILES.getlist("voices") if upload.name]
    if len(tokens) + len(uploads) > MOST_VOICES_AT_ONCE:
        count = len(tokens) + len(uploads)
        faults.append(f"一次最多{MOST_VOICES_AT_ONCE}段录音，现在有{count}段。请少选几段，或提交以后再补充。")
        uploads = []
    for number, upload in enumerate(uploads, 1):
        try:
            token, _ = receive_request_voice(
                actor=request.actor, upload=upload, city_code=city_code, now=clock.now(),
                address=request.META.get("REMOTE_ADDR", ""),
            )  # fmt: skip
        except (VoiceRefused, VoiceTooLarge, FileInfected, ScannerUnavailable) as wrong:
            faults.append(f"第{number}段（{shown_name(upload)}）：{wrong.message}{wrong.mend}")
            continue
        tokens.append(token)
    return SentVoices(tuple(tokens), read_voice_tokens(tokens), tuple(faults))


def voices_of_step(request: Request, *, city_code: str) -> tuple[int, ...]:
    """Return the ids of the recordings that come with a step.

    Raises:
        InvalidInput: one of them is wrong; nothing is done then.
    """
    sent = take_voices(request, city_code=city_code)
    if sent.faults:
        raise InvalidInput(fields={"voices": "".join(sent.faults)})
    return sent.voice_ids


def voice_of_token(token: str) -> KeptVoice:
    """Return the recording of one token.

    Raises:
        VoiceGone: see there.
    """
    found = read_voice_tokens([token])
    if not found:
        raise VoiceGone
    return found[0]


def length_words(seconds: float) -> str:
    """Return a length as people say it: "1分20秒"."""
    minutes, rest = divmod(max(1, round(seconds)), 60)
    return f"{minutes}分{rest}秒" if minutes else f"{rest}秒"
