"""Payment codes (缴款码): their form in each region is data; a slip of one digit is found before anybody is asked.

Source: 财库〔2021〕31号 names the code; its structure is each region's own, so the file of this package says it.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from stdnum.iso7064 import mod_11_10

from shimin.kernel.crypto import blind_index
from shimin.kernel.errors import InvalidInput

_FILE = Path(__file__).resolve().parents[1] / "data" / "codes.yaml"
_REGION = 6


class CodeInvalid(InvalidInput):
    """The code cannot be right; ``fields["code"]`` says why."""

    code = "payment_code_invalid"

    def __init__(self, words: str) -> None:
        super().__init__("缴款码不对。", fields={"code": words}, mend="请对照缴款通知再填一次，没有扣款。")


class CodeOfAnotherRegion(CodeInvalid):
    """The code names a region whose codes are not paid here."""

    code = "payment_code_elsewhere"


class CodeTampered(InvalidInput):
    """The seal in a QR code's address does not belong to the code in it."""

    code = "payment_code_tampered"
    message = "这个二维码不是缴款通知上的原码，可能被人改动或调换过。"
    mend = "请不要付款。可以手工输入通知上的缴款码，或联系开出通知的单位。"


@dataclass(frozen=True, slots=True)
class CodeFormat:
    """The form of a region's codes."""

    city: str
    digits: int
    check: str


@cache
def formats() -> dict[str, CodeFormat]:
    """Return the forms by city."""
    return {row["city"]: CodeFormat(**row) for row in yaml.safe_load(_FILE.read_text("utf-8"))}


def make_code(city_code: str, year: int) -> str:
    """Return a new code by chance: nobody can tell the next one from it.

    Raises:
        KeyError: the city has no form.
    """
    form = formats()[city_code]
    length = form.digits - _REGION - 2 - (form.check != "none")
    body = f"{city_code}{year % 100:02d}{secrets.randbelow(10**length):0{length}d}"
    return body + (mod_11_10.calc_check_digit(body) if form.check != "none" else "")


def check_code(text: str) -> str:
    """Return the code without the blanks that people write.

    Raises:
        CodeInvalid, CodeOfAnotherRegion: see the classes.
    """
    code = "".join(text.split()).replace("-", "")
    if not code.isascii() or not code.isdigit():
        raise CodeInvalid("缴款码只有数字，请填写缴款码。")
    form = formats().get(code[:_REGION])
    if form is None:
        if len(code) in {each.digits for each in formats().values()}:
            raise CodeOfAnotherRegion(
                f"这是别的地区的缴款码（前六位{code[:_REGION]}），这里不能缴。请到开出通知的地区缴。"
            )
        raise CodeInvalid(f"应为20位数字，您填了{len(code)}位。")
    if len(code) != form.digits:
        raise CodeInvalid(f"应为{form.digits}位数字，您填了{len(code)}位。")
    if form.check != "none" and not mod_11_10.is_valid(code):
        raise CodeInvalid("有一位数字不对，请逐位核对。")
    return code


def seal_of(code: str) -> str:
    """Return what a QR code carries beside the code: it proves that the address is the one we printed."""
    return base64.b32encode(blind_index(code, context="dues.qr")[:10]).decode().lower()


def grouped(code: str) -> str:
    """Return a code as it is printed: 4301 0026 …."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


@cache
def items() -> dict[str, str]:
    """Return the titles of revenue items by code."""
    rows = yaml.safe_load((_FILE.parent / "items.yaml").read_text("utf-8"))
    return {row["code"]: row["title"] for row in rows}
