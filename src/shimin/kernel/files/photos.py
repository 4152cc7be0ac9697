"""Photos as people send them: known by their content, drawn anew, without what the camera wrote into them.

Only pixels are kept. The original is never stored: it may carry position, owner and serial number of the camera, a
second file behind the picture, or a fault aimed at a decoder. Colours of wide-gamut cameras become slightly paler: the
profile is dropped with everything else.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn

from shimin.kernel.errors import InvalidInput
from shimin.kernel.files.apart import run_apart

LARGEST_BYTES = 20 * 2**20
LARGEST_PIXELS = 64_000_000  # a 48-megapixel phone fits; decoded, 64 million are 190 MB
_AT_ONCE = threading.BoundedSemaphore(2)  # photos decoded at the same time in one process: memory, not time
_WAIT_SECONDS = 40  # longer than the drawing's own bound of processor time
_DRAWING = Path(__file__).with_name("drawing.py")


class PhotoRefused(InvalidInput):
    """The file is no photo that can be read."""

    code = "photo_refused"
    message = "这个文件不是能识别的照片。"
    mend = "请选择 JPEG、PNG、WebP 或 HEIC 格式的照片；文档请拍照后上传。"


class PhotoTooLarge(InvalidInput):
    """The file, or the picture in it, is too large."""

    code = "photo_too_large"
    message = "照片太大，每张最大20MB、6400万像素。"
    mend = "请缩小后再传，或者截取要紧的部分。"


class RenditionName(StrEnum):
    """The sizes that are kept."""

    LARGE = "large"
    SMALL = "small"


_LONGEST_SIDE = {RenditionName.LARGE: 2048, RenditionName.SMALL: 320}


@dataclass(frozen=True, slots=True)
class Position:
    """Where a camera says it was: WGS-84 degrees, positive to north and east. Personal data: kept by consent only."""

    lng: float
    lat: float


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture as JPEG, ``width`` x ``height`` pixels."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that was read. ``position`` stands in none of the renditions."""

    renditions: Mapping[RenditionName, Rendition]
    position: Position | None


def read_photo(content: bytes) -> Photo:
    """Read a photo, whatever its name says, and draw it upright in the sizes that are kept. Takes up to some seconds.

    Drawn by a process of its own (``drawing``): what breaks a decoder must not end a web process.

    Raises:
        PhotoTooLarge: more than 20 MB, or more pixels than a camera has (nothing is decoded then).
        PhotoRefused: no JPEG, PNG, WebP or HEIC, or a broken one.
    """
    if len(content) > LARGEST_BYTES:
        raise PhotoTooLarge
    with _AT_ONCE:
        said, _, pictures = _drawn(content).partition(b"\n")
    return _read(json.loads(said), pictures) if said else _refuse("broken")


def _drawn(content: bytes) -> bytes:
    """Return what the drawing process wrote; nothing when it was ended by the file or took too long."""
    sides = [f"{name}={side}" for name, side in _LONGEST_SIDE.items()]
    return run_apart(_DRAWING, [str(LARGEST_PIXELS), *sides], content, seconds=_WAIT_SECONDS, name="photo_drawing")


def _read(said: Mapping[str, Any], pictures: bytes) -> Photo:
    if "refused" in said:
        _refuse(said["refused"])
    renditions, at = {}, 0
    for name, (width, height, size) in said["pictures"].items():
        renditions[RenditionName(name)] = Rendition(pictures[at : at + size], width, height)
        at += size
    return Photo(renditions, Position(*said["position"]) if said["position"] else None)


def _refuse(word: str) -> NoReturn:
    match word:
        case "size":
            raise PhotoTooLarge
        case "strip":
            raise PhotoRefused("这张图片太窄太长，看不出内容。", mend="请截成几张普通大小的照片再传。")
        case "broken":
            raise PhotoRefused("这张照片读不出来，可能没有传完整。", mend="请重新拍摄或换一张照片再传。")
    raise PhotoRefused
