"""JSON shapes of identity. Ids are texts; what is personal is masked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from shimin.capabilities.identity.domain import CodePurpose, SecondSource
from shimin.kernel.web.api import IdText

Phone = Annotated[str, Field(max_length=40, examples=["13812345678"])]
Password = Annotated[str, Field(min_length=1, max_length=512)]
Code = Annotated[str, Field(min_length=1, max_length=20, examples=["204815"])]
Device = Annotated[str, Field(default="", max_length=100, description="`device_token` of an earlier sign-in")]


class CodeIn(Schema):
    """Where to send a code, and what it shall be good for."""

    phone: Phone
    purpose: CodePurpose


class CodeOut(Schema):
    """The masked phone. Whether it has an account is told to its owner only."""

    phone: str


class RegistrationIn(Schema):
    """The code that was sent, and the password for the new account."""

    phone: Phone
    code: Code
    password: Password


class SignInIn(Schema):
    """Phone and password."""

    phone: Phone
    password: Password
    device_token: Device


class PasswordIn(Schema):
    """The password once more."""

    password: Password


class SessionOut(Schema):
    """A session for `Authorization: Bearer`. Keep `device_token` and send it at the next sign-in."""

    token: str
    expires_at: datetime
    level: int
    device_token: str


class RealNameIn(Schema):
    """What a person says about themselves. `consents` must be true: see `consent_text` of `GET /me/real-name`."""

    name: str = Field(max_length=200, examples=["周晓敏"])
    id_number: str = Field(max_length=100)
    second: SecondSource
    second_value: str = Field(max_length=100)
    consents: bool


class RealNameTermsOut(Schema):
    """What will be asked, and the words to agree to."""

    purpose_code: str
    consent_text: str
    seconds: dict[str, str]


class AccountOut(Schema):
    """The signed-in account; texts are masked. `level` is proved, `session_level` is what this session may do."""

    account_id: IdText
    phone: str
    name: str
    id_number: str
    level: int
    session_level: int
    method: str
    verified_at: datetime | None
    level_until: datetime | None
    created_at: datetime


class SessionLineOut(Schema):
    """One open session."""

    session_id: IdText
    device_label: str
    network: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


class EndedOut(Schema):
    """How many sessions were ended."""

    ended: int


class ConsentOut(Schema):
    """One consent; `withdrawn_at` is null while it stands."""

    consent_id: IdText
    purpose_code: str
    text: str
    given_at: datetime
    withdrawn_at: datetime | None
