"""What a system may ask about a person: scopes, the claims each opens, and the words a person reads before agreeing.

Source: OpenID Connect Core 1.0, 5.1 and 5.4; PIPL 28 and 29 (sensitive data: consent of its own), 17 (telling).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shimin.kernel.actor import AssuranceLevel

OPENID = "openid"


class Scope(StrEnum):
    """What clients may be allowed to ask. ``openid`` alone tells no more than that it is the same person again."""

    OPENID = "openid"
    PROFILE = "profile"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    OFFLINE_ACCESS = "offline_access"


@dataclass(frozen=True, slots=True)
class ScopeRule:
    """One scope: words for the consent, the claims it opens (name → words), the level it needs."""

    scope: Scope
    words: str
    claims: tuple[tuple[str, str], ...]
    level: AssuranceLevel = AssuranceLevel.PHONE
    is_sensitive: bool = False


RULES: dict[str, ScopeRule] = {
    rule.scope: rule
    for rule in (
        ScopeRule(Scope.OPENID, "知道是您本人又来了（一个只给它用的编号，看不出您是谁）", (("sub", "专用编号"),)),
        ScopeRule(
            Scope.PROFILE, "姓名、出生日期", (("name", "姓名"), ("birthdate", "出生日期")),
            level=AssuranceLevel.REAL_NAME,
        ),
        ScopeRule(Scope.PHONE, "手机号", (("phone_number", "手机号"),)),
        ScopeRule(
            Scope.ID_NUMBER, "身份证号码", (("id_number", "证件号码"), ("id_document", "证件种类")),
            level=AssuranceLevel.REAL_NAME, is_sensitive=True,
        ),
        ScopeRule(Scope.OFFLINE_ACCESS, "您不在线时，半年内也可以再取以上资料", ()),
    )
}  # fmt: skip

_ACR = "urn:shimin:level:"


def acr_of(level: int) -> str:
    """Return the ``acr`` value of an assurance level ("urn:shimin:level:2")."""
    return f"{_ACR}{level}"


ACR_VALUES = tuple(acr_of(level) for level in range(1, 5))


def level_asked(acr_values: str) -> AssuranceLevel:
    """Return the level of the first value that we know, NONE when there is none: unknown ones are ignored.

    Source: OpenID Connect Core 1.0, 3.1.2.1: values in order of preference.
    """
    for value in acr_values.split():
        if value in ACR_VALUES:
            return AssuranceLevel(int(value.removeprefix(_ACR)))
    return AssuranceLevel.NONE


def allowed_of(asked: str, allowed: Iterable[str]) -> tuple[str, ...]:
    """Return the scopes that were asked for and may be had, in our order; others are ignored."""
    wanted = set(asked.split()) & set(allowed)
    return tuple(str(scope) for scope in Scope if scope in wanted)


def level_of(scopes: Iterable[str]) -> AssuranceLevel:
    """Return the level that the claims of ``scopes`` need: a name that nobody proved is not handed out."""
    return max((RULES[scope].level for scope in scopes), default=AssuranceLevel.PHONE)


def claims_of(scopes: Iterable[str]) -> tuple[str, ...]:
    """Return the names of all claims that ``scopes`` open, ``sub`` first."""
    return tuple(name for scope in Scope if scope in set(scopes) for name, _ in RULES[scope].claims)


def claim_words(names: Iterable[str]) -> list[str]:
    """Return claims as people read them; ``sub`` is left out, it says nothing about anybody."""
    words = {name: text for rule in RULES.values() for name, text in rule.claims}
    return [words[name] for name in names if name != "sub"]


def consent_text(*, client_name: str, agency_name: str, purpose: str, scopes: Iterable[str]) -> str:
    """Return the words a person agrees to and keeps: who gets what, what for, and how to take it back."""
    chosen = set(scopes)
    told = "；".join(RULES[scope].words for scope in Scope if scope in chosen)
    return (
        f"我同意用市民之家的账号登录{agency_name}的“{client_name}”，并让它得到：{told}。"
        f"用途：{purpose}。随时可以在“我的授权”里撤回，撤回后它不能再取。"
    )


def purpose_code(client_id: int) -> str:
    """Return under which purpose the consent for one client is kept."""
    return f"sign_on.{client_id}"
