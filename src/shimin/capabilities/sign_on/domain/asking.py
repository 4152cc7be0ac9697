"""What a system asks when it sends somebody here: the parts of OpenID Connect Core 1.0, 3.1.2.1 that we act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shimin.capabilities.sign_on.domain.claims import level_asked, level_of
from shimin.kernel.actor import AssuranceLevel

PROMPTS = frozenset({"none", "login", "consent", "select_account"})
LONGEST_NONCE = 512
_LONGEST_AGE = 10  # digits


class Refused(Exception):
    """An error that is told to the system that asked. ``words`` are for its developers."""

    def __init__(self, error: str, words: str = "") -> None:
        self.error, self.words = error, words
        super().__init__(error)


@dataclass(frozen=True, slots=True)
class Wish:
    """How the person shall be asked. ``level`` is what both ``acr_values`` and the claims need."""

    prompts: frozenset[str]
    max_age: timedelta | None
    level: AssuranceLevel
    hint: str

    @property
    def is_silent(self) -> bool:
        return "none" in self.prompts

    @property
    def wants_new_sign_in(self) -> bool:
        return bool(self.prompts & {"login", "select_account"})

    def is_fresh(self, verified_at: datetime, *, arrived_at: datetime, now: datetime) -> bool:
        """Tell whether the person proved to be themselves lately enough. What was done for this very request counts."""
        if verified_at >= arrived_at:
            return True
        if self.wants_new_sign_in:
            return False
        return self.max_age is None or now - verified_at <= self.max_age


def read_wish(values: Mapping[str, str], scopes: tuple[str, ...]) -> Wish:
    """Return how the person shall be asked. ``login_hint``, ``display``, ``ui_locales``, ``claims`` and unknown names
    are left alone: a hint would show one person's phone to whoever sits there.

    Raises:
        Refused: a value means nothing, or asks for what we do not do.
    """
    for name, error in _UNSUPPORTED.items():
        if name in values:
            raise Refused(error)
    if values.get("response_mode", "query") != "query":
        raise Refused("invalid_request", "Only response_mode query is supported.")
    prompts = frozenset(values.get("prompt", "").split())
    if prompts - PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise Refused("invalid_request", "The prompt means nothing.")
    age = values.get("max_age")
    if age is not None and not (age.isascii() and age.isdigit() and len(age) <= _LONGEST_AGE):
        raise Refused("invalid_request", "max_age must be seconds.")
    if len(values.get("nonce", "")) > LONGEST_NONCE:
        raise Refused("invalid_request", "The nonce is too long.")
    level = max(level_asked(values.get("acr_values", "")), level_of(scopes))
    if level > AssuranceLevel.FACE_OR_BANK:
        raise Refused("unmet_authentication_requirements", "Nobody can reach this level here yet.")
    max_age = None if age is None else timedelta(seconds=min(int(age), _LONGEST_SECONDS))
    return Wish(prompts, max_age, level, values.get("id_token_hint", ""))


_LONGEST_SECONDS = 10 * 365 * 86_400
# What a waiting request keeps. A login_hint may be somebody's phone: it is not stored anywhere.
KEPT = frozenset(
    {
        *("client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce"),
        *("prompt", "max_age", "acr_values", "id_token_hint", "code_challenge", "code_challenge_method"),
    }
)
_UNSUPPORTED = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}
