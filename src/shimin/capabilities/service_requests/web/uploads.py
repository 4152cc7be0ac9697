"""Photos that come with a form: received one by one, kept in the page by their tokens, each fault told by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from shimin.capabilities.service_requests.public import (
    MOST_AT_ONCE,
    KeptPhoto,
    PhotoGone,
    read_photo_tokens,
    receive_request_photo,
)
from shimin.kernel import clock
from shimin.kernel.errors import DomainError, InvalidInput, TooManyRequests
from shimin.kernel.files import FileInfected, PhotoRefused, PhotoTooLarge, Position, ScannerUnavailable
from shimin.kernel.web.access import Request

KINDS = "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif"
HELP = f"最多{MOST_AT_ONCE}张，每张不超过20MB；手机照片直接选就行。照片里的拍摄位置、机型等信息会去掉。"
_LONGEST_NAME = 40


class PhotosInput(forms.FileInput):
    """A choice of several files."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Photos of a form. The view receives them; the form shows the box and carries what is wrong."""

    def __init__(self, label: str = "照片") -> None:
        widget = PhotosInput(attrs={"multiple": True, "accept": KINDS})
        super().__init__(label=label, required=False, widget=widget, help_text=HELP)

    def clean(self, data: Any, initial: Any = None) -> None:
        return None


@dataclass(frozen=True, slots=True)
class SentPhotos:
    """What came with a form: tokens of photos that are kept, what was wrong with others, where one was taken."""

    tokens: tuple[str, ...]
    kept: tuple[KeptPhoto, ...]
    faults: tuple[str, ...] = ()
    position: Position | None = None

    @property
    def photo_ids(self) -> tuple[int, ...]:
        return tuple(photo.photo_id for photo in self.kept)

    @property
    def thumbnails(self) -> list[tuple[str, int]]:
        return [(token, number) for number, token in enumerate(self.tokens, 1)]


def take_photos(request: Request, *, city_code: str) -> SentPhotos:
    """Receive the photos of a form beside those it has kept. Faults are returned: the good ones are not lost.

    Raises:
        TooManyRequests: more photos in an hour than a person takes.
    """
    dropped = set(request.POST.getlist("drop_photo"))
    tokens = [token for token in dict.fromkeys(request.POST.getlist("photo")) if token not in dropped]
    faults: list[str] = []
    try:
        read_photo_tokens(tokens)
    except InvalidInput as wrong:
        tokens, faults = [], [f"{wrong.message}{wrong.mend}"]
    uploads = _uploads(request.FILES)
    if len(tokens) + len(uploads) > MOST_AT_ONCE:
        count = len(tokens) + len(uploads)
        faults.append(f"一次最多{MOST_AT_ONCE}张照片，现在有{count}张。请少选几张，或提交以后再补充。")
        uploads = []
    position = None
    for number, upload in enumerate(uploads, 1):
        try:
            photo = receive_request_photo(
                actor=request.actor, upload=upload, city_code=city_code, now=clock.now(),
                address=request.META.get("REMOTE_ADDR", ""),
            )  # fmt: skip
        except TooManyRequests:
            raise
        except (PhotoRefused, PhotoTooLarge, FileInfected, ScannerUnavailable) as wrong:
            faults.append(_fault(number, upload, wrong))
            continue
        tokens.append(photo.token)
        position = position or photo.position
    return SentPhotos(tuple(tokens), read_photo_tokens(tokens), tuple(faults), position)


def photos_of_step(request: Request, *, city_code: str) -> tuple[int, ...]:
    """Return the ids of the photos that come with a step.

    Raises:
        InvalidInput: one of them is wrong; nothing is done then.
    """
    sent = take_photos(request, city_code=city_code)
    if sent.faults:
        raise InvalidInput(fields={"photos": "".join(sent.faults)})
    return sent.photo_ids


def photo_of_token(token: str) -> KeptPhoto:
    """Return the photo of one token.

    Raises:
        PhotoGone: see there.
    """
    found = read_photo_tokens([token])
    if not found:
        raise PhotoGone
    return found[0]


def _uploads(files: MultiValueDict[str, Any]) -> Sequence[Any]:
    return [upload for upload in files.getlist("photos") if upload.name]


def _fault(number: int, upload: Any, wrong: DomainError) -> str:
    return f"第{number}张（{shown_name(upload)}）：{wrong.message}{wrong.mend}"


def shown_name(upload: Any) -> str:
    """Return the name of a file as a fault tells it, not longer than a line."""
    name = str(upload.name or "")
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
