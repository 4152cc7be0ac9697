"""Draws one photo anew in a process of its own: the photo on standard input; a line of JSON and the pictures on output.

A file made to break a decoder ends this process and nothing else: one changed byte of a HEIC ends libheif by a signal.
Bounded in memory and time, without settings, keys or connections. It imports nothing of the platform, so that it begins
in a tenth of a second. ``photos`` runs it and reads what it says.
"""

from __future__ import annotations

import json
import math
import resource
import sys
import warnings
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from pi_heif import register_heif_opener
from PIL import ExifTags, Image, ImageOps

LONGEST_SIDE_RATIO = 50  # a strip of 60,000 x 1 is no photo
_MEMORY_BYTES = 2 * 2**30  # 64 million pixels with alpha, once as they came and once turned, and the decoder's own
_CPU_SECONDS = 30
_QUALITY = 82


class Refused(Exception):
    """The file is no photo for us; the argument is the word that ``photos`` turns into one for people."""


def main() -> None:
    """Draw what comes on standard input. ``sys.argv``: the most pixels, and name=longest side for each picture."""
    _confine()
    most_pixels, sides = int(sys.argv[1]), dict(argument.split("=") for argument in sys.argv[2:])
    try:
        said, pictures = draw(sys.stdin.buffer.read(), most_pixels, {name: int(side) for name, side in sides.items()})
    except Refused as refusal:
        said, pictures = {"refused": str(refusal)}, []
    except (MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        said, pictures = {"refused": "size"}, []
    except Exception:  # a decoder may raise almost anything at a file made to break it
        said, pictures = {"refused": "broken"}, []
    sys.stdout.buffer.write(b"".join([json.dumps(said).encode(), b"\n", *pictures]))


def _confine() -> None:
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    register_heif_opener()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def draw(content: bytes, most_pixels: int, sides: Mapping[str, int]) -> tuple[dict[str, Any], list[bytes]]:
    """Return what is to be said, ``{"position": [lng, lat] or None, "pictures": {name: [width, height, bytes]}}``, and
    the JPEGs, the largest first.

    Raises:
        Refused: "kind" no JPEG, PNG, WebP or HEIC; "size" too many pixels (none is decoded then); "strip" too narrow.
    """
    with Image.open(BytesIO(content), formats=[_kind_of(content)]) as image:
        _check_size(image.width, image.height, most_pixels)
        position = _position(image)
        largest = max(sides.values())
        image.draft("RGB", (largest, largest))  # a JPEG is decoded at a fraction of its size
        upright = _plain(_shrunk(image, largest))
    said, jpegs = {}, []
    for name, side in sides.items():
        size, jpeg = _picture(upright, side)
        said[name] = [*size, len(jpeg)]
        jpegs.append(jpeg)
    return {"position": position, "pictures": said}, jpegs


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
    raise Refused("kind")


def _check_size(width: int, height: int, most_pixels: int) -> None:
    if width * height > most_pixels:
        raise Refused("size")
    if max(width, height) > LONGEST_SIDE_RATIO * min(width, height):
        raise Refused("strip")


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


def _picture(image: Image.Image, side: int) -> tuple[tuple[int, int], bytes]:
    small = image if max(image.size) <= side else ImageOps.contain(image, (side, side), Image.Resampling.LANCZOS)
    target = BytesIO()
    small.save(target, "JPEG", quality=_QUALITY, progressive=True, optimize=True)
    return small.size, target.getvalue()


def _position(image: Image.Image) -> tuple[float, float] | None:
    """Return what the camera wrote about where it was; None when that is nothing, or nonsense."""
    try:
        tags = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(tags[ExifTags.GPS.GPSLatitude], tags[ExifTags.GPS.GPSLatitudeRef], "S")
        lng = _degrees(tags[ExifTags.GPS.GPSLongitude], tags[ExifTags.GPS.GPSLongitudeRef], "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError, SyntaxError, OSError):
        return None
    if not (math.isfinite(lat) and math.isfinite(lng)) or abs(lat) > 90 or abs(lng) > 180 or (lat == 0 and lng == 0):
        return None
    return round(lng, 6), round(lat, 6)


def _degrees(parts: Any, reference: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(reference).strip("\0 ").upper() == negative else value


if __name__ == "__main__":
    main()
