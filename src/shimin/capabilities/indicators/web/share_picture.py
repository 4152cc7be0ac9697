"""A picture of a sum, to be shared: large words on a calm ground, nobody's name."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from threading import Lock

from shimin.ui.documents.fonts import FONT, FontMissing

_SIZE = (1080, 1080)
_GROUND, _INK, _QUIET, _LEAF = "#f2f7f3", "#16202c", "#56616f", "#15743a"
_one_at_a_time = Lock()  # a Chinese font and an image of this size take some megabytes for a moment


def draw_picture(total: str, trees: str, *, acts: int, is_reference: bool, day: date) -> bytes:
    """Return a PNG of 1080 x 1080.

    Raises:
        FontMissing: the front-end packages are not installed.
    """
    if not FONT.is_file():
        raise FontMissing(f"{FONT} is missing: run ./shimin, which installs the front-end packages")
    from PIL import Image, ImageDraw, ImageFont  # only who shares needs it

    def letters(size: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(str(FONT), size)

    with _one_at_a_time:
        image = Image.new("RGB", _SIZE, _GROUND)
        draw = ImageDraw.Draw(image)
        draw.rounded_rectangle((60, 60, 1020, 1020), radius=48, fill="white")
        draw.text((120, 130), "我的绿账单", font=letters(56), fill=_LEAF)
        draw.text((120, 290), "网上办事，少排碳", font=letters(48), fill=_QUIET)
        draw.text((120, 380), total, font=letters(168), fill=_INK)
        lines = [f"{acts} 件网上办成的事"]
        if trees:
            lines.append(f"相当于 {trees}一年的量")
        if is_reference:
            lines.append("按参考系数估算，不能用来交易")
        for number, line in enumerate(lines):
            draw.text((120, 640 + number * 76), line, font=letters(44), fill=_INK if number == 0 else _QUIET)
        draw.text((120, 930), f"市民之家 · {day.year}年{day.month}月{day.day}日", font=letters(36), fill=_QUIET)
        data = BytesIO()
        image.save(data, "PNG", optimize=True)
    return data.getvalue()
