"""What a voucher looks like: its code, number and check code, and which revenue item gets which kind.

Source: 财政票据管理办法; of 财政电子票据 it is published that 票据代码 has 8 digits, 票据号码 10, 校验码 6 characters.
Classes and kinds are data.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from shimin.kernel.crypto import blind_index
from shimin.kernel.errors import NotFound

_FILE = Path(__file__).resolve().parents[1] / "data" / "kinds.yaml"
_CODE, _NUMBER = re.compile(r"[0-9]{8}"), re.compile(r"[0-9]{1,10}")
BLOCK = 100_000
"""Numbers that an agency gets at a time."""
MOST = 9_999_999_999


class VoucherUnknown(NotFound):
    """Code, number and check code do not belong together, or nothing was issued under them."""

    code = "voucher_unknown"
    message = "没有查到这张票据：票据代码、票据号码和校验码对不上。"
    mend = "请对照票据再填一次；仍查不到的，不要当作缴款凭证，可以拨打 12345 核实。"


@dataclass(frozen=True, slots=True)
class VoucherKind:
    """A kind of voucher of a city; ``items`` is how the codes of its revenue items begin."""

    city: str
    region: str
    class_: str
    kind: str
    items: str
    title: str

    def code(self, year: int) -> str:
        """Return the 8 digits of a year."""
        return f"{self.region}{self.class_}{self.kind}{year % 100:02d}"


@cache
def kinds() -> tuple[VoucherKind, ...]:
    """Return all kinds."""
    return tuple(
        VoucherKind(row["city"], row["region"], row["class"], row["kind"], row["items"], row["title"])
        for row in yaml.safe_load(_FILE.read_text("utf-8"))
    )


def kind_for(city_code: str, item_code: str) -> VoucherKind | None:
    """Return the kind for a revenue item of a city; None when it is no public money, or the city issues none."""
    fit = [each for each in kinds() if each.city == city_code and item_code.startswith(each.items)]
    return max(fit, key=lambda each: len(each.items), default=None)


def city_of(code: str) -> str | None:
    """Return the city whose code this is, whatever its year."""
    return next((each.city for each in kinds() if code[:6] == f"{each.region}{each.class_}{each.kind}"), None)


def check_code(code: str, number: int) -> str:
    """Return the check code (校验码): nobody who has only seen other vouchers can tell it."""
    return base64.b32encode(blind_index(f"{code}{number:010d}", context="vouchers.check")[:5]).decode()[:6]


def read_number(code: str, number: str, check: str) -> tuple[str, str, int]:
    """Return city, code and number as somebody typed them, when the check code is theirs.

    Raises:
        VoucherUnknown: see the class.
    """
    code, number = "".join(code.split()), "".join(number.split())
    given = "".join(check.split()).upper()
    if not (code.isascii() and _CODE.fullmatch(code) and number.isascii() and _NUMBER.fullmatch(number)):
        raise VoucherUnknown
    city = city_of(code)
    if city is None or not hmac.compare_digest(check_code(code, int(number)).encode(), given.encode()):
        raise VoucherUnknown
    return city, code, int(number)
