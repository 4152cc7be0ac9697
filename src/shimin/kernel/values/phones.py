"""Mobile numbers of the Chinese mainland, in the one form that is stored and indexed."""

from __future__ import annotations

import re
import unicodedata

from shimin.kernel.errors import InvalidInput

_SEPARATORS = re.compile(r"[\s\-()‐–—]")
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")


class PhoneInvalid(InvalidInput):
    """Not an 11-digit mobile number of the mainland."""

    code = "phone_invalid"
    message = "手机号码应为11位数字，以1开头。"
    mend = "请检查手机号码后重新填写。"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, fields={"phone": message or self.message})


def normalise_phone(text: str) -> str:
    """Return eleven digits; spaces, hyphens, full-width digits and +86 are accepted.

    Raises:
        PhoneInvalid: it is no mobile number.
    """
    if len(text) > 40:
        raise PhoneInvalid
    match = _MOBILE.fullmatch(_SEPARATORS.sub("", unicodedata.normalize("NFKC", text)))
    if match is None:
        raise PhoneInvalid
    return match.group(1)
