"""How personal data is shown when the whole value is not needed.

There is no national table; this is the project's rule (domain.md, 脱敏). Values too short for their rule are hidden
altogether, so a malformed value never leaks.
"""

from __future__ import annotations

import re

_STAR = "*"

# An address is shown down to its town or sub-district. Names of places may hold the suffixes themselves (镇江市,
# 宁乡市), and roads and estates may end like districts (小区): hence the exclusions, which hide rather than show.
_REGION = r"[^\d路号街村]{1,2}[^\d路号街村镇乡]{0,9}?"
_ADDRESS = re.compile(
    rf"(?:[^省\d]{{2,3}}省|[^\d]{{2,7}}?自治区)?"
    rf"(?:{_REGION}(?:自治州|地区|盟|市))?"
    rf"(?:{_REGION}(?<![小社园校景厂矿库业])(?:区|县|旗|市))?"
    r"(?:[^\d路号弄巷街村栋幢]{1,8}?(?:街道|镇|乡|苏木)(?![村路街]))?"
)


def mask_name(name: str) -> str:
    """周敏 → 周*; 周晓敏 → 周*敏; a single character is hidden."""
    if len(name) <= 1:
        return _STAR * len(name)
    if len(name) == 2:
        return name[0] + _STAR
    return _keep(name, 1, 1)


def mask_id_number(number: str) -> str:
    """Keep three and four characters of an ID number: 430***********1234."""
    return _keep(number, 3, 4)


def mask_paper_number(number: str) -> str:
    """Mask 18 digits like an ID number; of the short numbers of passports and permits keep one and two: 5******78."""
    return mask_id_number(number) if len(number) == 18 else _keep(number, 1, 2)


def mask_phone(phone: str) -> str:
    """Keep three and four digits: 138****0001."""
    return _keep(phone, 3, 4)


def mask_bank_card(number: str) -> str:
    """Keep the last four digits."""
    return _keep(number, 0, 4)


def mask_plate(plate: str) -> str:
    """Keep region, letter and the last character: 湘A****5."""
    return _keep(plate, 2, 1)


def mask_address(address: str) -> str:
    """Keep the address down to the town or sub-district (街道)."""
    match = _ADDRESS.match(address)
    shown = match.group() if match else ""
    return shown + "****" if len(shown) < len(address) else shown


def mask_email(email: str) -> str:
    """Keep the first character and the domain: z***@example.com."""
    local, at, domain = email.rpartition("@")
    return f"{local[0]}***@{domain}" if at and local else _STAR * len(email)


def _keep(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    if hidden <= 0:
        return _STAR * len(text)
    return text[:head] + _STAR * hidden + (text[-tail:] if tail else "")
