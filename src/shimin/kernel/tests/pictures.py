"""Pictures for tests, drawn on the spot; one HEIC lies in ``data``, because nothing here can write that format."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

from PIL import ExifTags, Image

HEIC = Path(__file__).with_name("data") / "two_colours.heic"
RED, BLUE = (200, 30, 30), (30, 30, 200)


def two_colours(width: int = 96, height: int = 64, mode: str = "RGB") -> Image.Image:
    """Return a picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    target = BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def jpeg(width: int = 96, height: int = 64, *, orientation: int = 1, position: bool = False) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Invented"
    exif[ExifTags.Base.Orientation] = orientation
    if position:
        set_position(exif, "N", (28.0, 13.0, 41.0), "E", (112.0, 56.0, 20.0))
    return encoded(two_colours(width, height), "JPEG", exif=exif, quality=90)


def set_position(exif: Image.Exif, lat_ref: object, lat: object, lng_ref: object, lng: object) -> None:
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = lat_ref, lat
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = lng_ref, lng


def png_that_claims(width: int, height: int) -> bytes:
    """Return a PNG of a few hundred bytes whose header promises ``width`` x ``height`` pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
