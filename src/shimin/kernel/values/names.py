"""Names of people as the population register writes them."""

from __future__ import annotations

import re
import unicodedata

from shimin.kernel.errors import InvalidInput

MIN_LENGTH, MAX_LENGTH = 2, 50

# The dot in names such as 阿依古丽·买买提 is typed in many ways; the register uses U+00B7.
_DOTS = re.compile("[•・･‧∙⋅．.●ㆍ᛫⸱]")
# CJK ideographs with the extensions on planes 2 and 3 (rare names live there), and the zero character 〇.
_IDEOGRAPH = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
# Radicals look like characters and are none: texts copied from printed forms are full of them (⼀ for 一).
_RADICALS = re.compile("[\u2e80-\u2fdf]")
_NAME = re.compile(rf"[{_IDEOGRAPH}]+(?:·[{_IDEOGRAPH}]+)*")


_FOREIGN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ž]+(?:[ '.,-]+[A-Za-zÀ-ÖØ-öø-ž]+)*\.?")


class NameInvalid(InvalidInput):
    """Not a name as Chinese identity papers print it."""

    code = "name_invalid"
    message = "姓名只能填写汉字，少数民族姓名中间的点请填“·”。"
    mend = "请按身份证上的姓名填写；有生僻字打不出来的，可到政务服务大厅窗口办理。"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, fields={"name": message or self.message})


def normalise_name(text: str) -> str:
    """Return the name with one form of the dot, without spaces, and with one character for what looks the same.

    Characters that Unicode holds to be the same are one (compatibility ideographs, radicals); letters of other scripts
    that look like something else, and marks that nobody sees, are refused. Two characters that only look alike (己, 已)
    are two: the register says which is the person's.

    Raises:
        NameInvalid: it is not 2–50 ideographs and dots.
    """
    if len(text) > 4 * MAX_LENGTH:  # normalising megabytes of hostile input costs more than refusing it
        raise NameInvalid(f"姓名最多{MAX_LENGTH}个字。")
    plain = _RADICALS.sub(
        lambda found: unicodedata.normalize("NFKC", found.group()), unicodedata.normalize("NFC", text)
    )
    name = _DOTS.sub("·", "".join(plain.split()))
    if not MIN_LENGTH <= len(name) <= MAX_LENGTH:
        raise NameInvalid(f"姓名应为{MIN_LENGTH}到{MAX_LENGTH}个字，您填写了{len(name)}个。")
    if not _NAME.fullmatch(name):
        raise NameInvalid
    return name


def normalise_foreign_name(text: str) -> str:
    """Return a name as a foreigner's permanent residence card prints it: ideographs, or Latin letters in one spacing.

    Raises:
        NameInvalid: it is neither, or not 2–50 characters.
    """
    name = " ".join(unicodedata.normalize("NFKC", text[: 4 * MAX_LENGTH]).split())
    if not name.isascii() and not _FOREIGN.fullmatch(name):
        return normalise_name(text)
    if not MIN_LENGTH <= len(name) <= MAX_LENGTH or not _FOREIGN.fullmatch(name):
        raise NameInvalid("外文姓名只能填写字母，按证件上的写法。")
    return name.upper()
