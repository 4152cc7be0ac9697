"""Photos as people send them: known by their content, drawn anew, without what the camera wrote into them.

Only pixels are kept. The original is never stored: it may carry position, owner and serial number of the camera, a
second file behind the picture, or a fault aimed at a decoder. Colours of wide-gamut cameras become slightly paler: the
profile is dropped with everything else.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any

from pi_heif import register_heif_opener
from PIL import ExifTags, Image, ImageOps

from shimin.kernel.errors import InvalidInput

LARGEST_BYTES = 20 * 2**20
LARGEST_PIXELS = 64_000_000  # a 48-megapixel phone fits; decoded, 64 million are 190 MB
LONGEST_SIDE_RATIO = 50  # a strip of 60,000 x 1 is no photo
_AT_ONCE = threading.BoundedSemaphore(2)  # photos decoded at the same time in one process: memory, not time
_QUALITY = 82

register_heif_opener()


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
    """Read a photo, whatever its name says, and draw it upright in the sizes that are kept. Pure, takes a second.

    Raises:
        PhotoTooLarge: more than 20 MB, or more pixels than a camera has (nothing is decoded then).
        PhotoRefused: no JPEG, PNG, WebP or HEIC, or a broken one.
    """
    if len(content) > LARGEST_BYTES:
        raise PhotoTooLarge
    kind = _kind_of(content)
    with _AT_ONCE, _refusing():
        with Image.open(BytesIO(content), formats=[kind]) as image:
            _check_size(image.width, image.height)
            position = _position(image)
            side = _LONGEST_SIDE[RenditionName.LARGE]
            image.draft("RGB", (side, side))  # a JPEG is decoded at a fraction of its size
            upright = _plain(_shrunk(image, side))
        return Photo({name: _rendition(upright, side) for name, side in _LONGEST_SIDE.items()}, position)


def _kind_of(content: bytes) -> str:
    """Return Pillow's name of the format, by the first bytes: each reader of a format is a way in, so only four."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"heim", b"heis", b"mif1"):
        return "HEIF"
    raise PhotoRefused


@contextmanager
def _refusing() -> Iterator[None]:
    """Tell what a decoder says in words of our own; a file made to break it may raise almost anything."""
    try:
        yield
    except (InvalidInput, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoTooLarge from error
    except Exception as error:
        raise PhotoRefused("这张照片读不出来，可能没有传完整。", mend="请重新拍摄或换一张照片再传。") from error


def _check_size(width: int, height: int) -> None:
    if width * height > LARGEST_PIXELS:
        raise PhotoTooLarge
    if max(width, height) > LONGEST_SIDE_RATIO * min(width, height):
        raise PhotoRefused("这张图片太窄太长，看不出内容。", mend="请截成几张普通大小的照片再传。")


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    """Return the picture in at most ``side`` pixels, upright: shrinking first saves turning millions of pixels."""
    image.load()
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    image = _in_eight_bits(image)
    small = image.copy() if max(image.size) <= side else _fitted(image, side)
    exif = small.getexif()
    exif[ExifTags.Base.Orientation] = orientation
    return ImageOps.exif_transpose(small)


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Return scanners' grey of 16 bits in 8: Pillow's own conversion cuts it off and leaves a white sheet."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")


def _fitted(image: Image.Image, side: int) -> Image.Image:
    if image.mode not in ("RGB", "L", "RGBA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    return ImageOps.contain(image, (side, side), Image.Resampling.LANCZOS)


def _plain(image: Image.Image) -> Image.Image:
    """Return bare RGB pixels on white: no alpha, profile, comment or other frames."""
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        image = Image.alpha_composite(white, rgba)
    rgb = image.convert("RGB")
    bare = Image.new("RGB", rgb.size)
    bare.paste(rgb)
    return bare


def _rendition(image: Image.Image, side: int) -> Rendition:
    small = image if max(image.size) <= side else ImageOps.contain(image, (side, side), Image.Resampling.LANCZOS)
    target = BytesIO()
    small.save(target, "JPEG", quality=_QUALITY, progressive=True, optimize=True)
    return Rendition(target.getvalue(), small.width, small.height)


def _position(image: Image.Image) -> Position | None:
    """Return what the camera wrote about where it was; None when that is nothing, or nonsense."""
    try:
        tags = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(tags[ExifTags.GPS.GPSLatitude], tags[ExifTags.GPS.GPSLatitudeRef], "S")
        lng = _degrees(tags[ExifTags.GPS.GPSLongitude], tags[ExifTags.GPS.GPSLongitudeRef], "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError, SyntaxError, OSError):
        return None
    if not (math.isfinite(lat) and math.isfinite(lng)) or abs(lat) > 90 or abs(lng) > 180 or (lat == 0 and lng == 0):
        return None
    return Position(round(lng, 6), round(lat, 6))


def _degrees(parts: Any, reference: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(reference).strip("\0 ").upper() == negative else value
