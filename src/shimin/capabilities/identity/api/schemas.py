"""JSON shapes of identity. Ids are texts; what is personal is masked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from shimin.capabilities.identity.domain import CodePurpose, SecondSource
from shimin.kernel.values.papers import PaperKind
from shimin.kernel.web.api import IdText

Phone = Annotated[str, Field(max_length=40, examples=["13812345678"])]
Password = Annotated[str, Field(min_length=1, max_length=512)]
Code = Annotated[str, Field(min_length=1, max_length=20, examples=["204815"])]
Device = Annotated[str, Field(default="", max_length=100, description="`device_token` of an earlier sign-in")]


class CodeIn(Schema):
    """Where to send a code, and what it shall be good for."""

    phone: Phone
    purpose: Literal[
        CodePurpose.REGISTER, CodePurpose.RESET_PASSWORD, CodePurpose.CHANGE_PHONE, CodePurpose.MERGE,
        CodePurpose.UNDO_MERGE,
    ]  # fmt: skip


class CodeOut(Schema):
    """The masked phone. Whether it has an account is told to its owner only."""

    phone: str


class RegistrationIn(Schema):
    """The code that was sent, and the password for the new account."""

    phone: Phone
    code: Code
    password: Password


SecondFactor = Annotated[str, Field(default="", max_length=40, description="App code or recovery code, if asked")]


class SignInIn(Schema):
    """Phone and password; `second_factor` after the answer `identity.second_factor_required`."""

    phone: Phone
    password: Password
    device_token: Device
    second_factor: SecondFactor


class StaffSignInIn(Schema):
    """Staff name, password and the code of the app; enrol the app at `/desk/` first."""

    login: str = Field(max_length=40)
    password: Password
    device_token: Device
    second_factor: SecondFactor


class PasskeyOut(Schema):
    """One passkey; `is_synced`: its maker keeps a copy."""

    passkey_id: IdText
    label: str
    is_synced: bool
    created_at: datetime
    last_used_at: datetime | None


class SignInWaysOut(Schema):
    """How the account signs in."""

    password_changed_at: datetime
    has_code_app: bool
    code_app_since: datetime | None
    recovery_codes_left: int
    passkeys: list[PasskeyOut]


class CodeAppOfferOut(Schema):
    """A new secret for an app, as text and as the address of a QR code. Send `sealed` back with the first code."""

    secret: str
    uri: str
    sealed: str


class CodeAppIn(Schema):
    """The first code of an offered app."""

    sealed: str = Field(max_length=4_000)
    code: Code
    password: Password


class CodeAppRemovalIn(Schema):
    """The password and a last code."""

    password: Password
    code: str = Field(min_length=1, max_length=40)


class RecoveryCodesOut(Schema):
    """Ten codes, told once. Each opens the account once in place of the app's code."""

    codes: list[str]


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
    document: PaperKind = Field(default=PaperKind.ID_CARD, description="The kind of paper that `id_number` is of")
    issuer: str = Field(default="", max_length=20, description="Of a passport: three letters (ICAO 9303)")
    birth_date: date | None = Field(default=None, description="Where the number does not say it")
    valid_until: date | None = Field(default=None, description="Last day of the paper; not of the identity card")


class NameIn(Schema):
    """The name that the registers have now, and a second paper that has it too. `consents` as for the real name."""

    name: str = Field(max_length=200)
    second: SecondSource
    second_value: str = Field(max_length=100)
    consents: bool


class BankCardIn(Schema):
    """A card of one's own and the phone the bank knows. `consents`: the text on the page `/account/bank-card`."""

    card_number: str = Field(max_length=100)
    phone: Phone
    consents: bool


class NewPasswordIn(Schema):
    """The present password and the new one."""

    present: Password
    password: Password


class RealNameTermsOut(Schema):
    """What will be asked, and the words to agree to."""

    purpose_code: str
    consent_text: str
    paper_text: str = Field(description="The words for papers other than the identity card")
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
    document: PaperKind = Field(description="The kind of paper that `id_number` is of")


class SessionLineOut(Schema):
    """One open session. `is_held`: the risk rules want a second proof of it; `name` is the owner's word."""

    session_id: IdText
    device_label: str
    network: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool
    name: str
    is_held: bool


class DeviceOut(Schema):
    """One device the account knows; without `is_proved` it signed in by password only."""

    device_id: IdText
    name: str
    device_label: str
    network: str
    first_seen_at: datetime
    last_seen_at: datetime
    is_proved: bool
    is_current: bool


class DeviceNameIn(Schema):
    """What to call it; empty gives back what the browser says of itself."""

    name: str = Field(max_length=80)


class DecisionOut(Schema):
    """What the risk rules said of a sign-in or a payment (`amount_fen`), in words. `answer` "": nobody answered."""

    decision_id: IdText
    session_id: IdText
    act: str
    outcome: str
    why: list[str]
    codes: list[str]
    device_label: str
    network: str
    amount_fen: int
    decided_at: datetime
    answer: str
    answered_at: datetime | None


class DecisionAnswerIn(Schema):
    """Whether it was oneself."""

    is_mine: bool


class DeviceProofIn(Schema):
    """The code texted to the account's phone, or the app's."""

    code: str = Field(min_length=1, max_length=40)


class ScreenCodeIn(Schema):
    """The `c` of the address in the QR code."""

    code: str = Field(max_length=60)


class ScannedOut(Schema):
    """The screen that shows the code. `is_near`: on the same network as this program."""

    device_label: str
    network: str
    made_at: datetime
    is_near: bool


class ScreenAnswerIn(Schema):
    """Yes with the two digits on the screen, or no. A wrong number voids the code."""

    code: str = Field(max_length=60)
    number: str = Field(default="", max_length=10)
    agrees: bool


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


class ExportPartOut(Schema):
    """One capability's part: its rows as they are held, each with what it names."""

    title: str
    rows: list[dict[str, Any]]


class ExportOut(Schema):
    """Everything held about the account."""

    exported_at: datetime
    account_id: IdText
    parts: dict[str, ExportPartOut]


class ClosureIn(Schema):
    """The password, and the word that closing is for good."""

    password: Password
    understood: bool


class ClosureOut(Schema):
    """The number that proves the erasure."""

    receipt: str


class MergeProofIn(Schema):
    """What proves the other account, and the own one again. `code` was sent to the other phone for purpose `merge`
    (empty for a login number); `second` and `own_second` are codes of the two accounts' apps, where they have one.
    """

    phone: Annotated[str, Field(max_length=40, description="Phone or login number of the other account")]
    password: Password
    own_password: Password
    code: Annotated[str, Field(default="", max_length=20, examples=["204815"])]
    second: Annotated[str, Field(default="", max_length=40)]
    own_second: Annotated[str, Field(default="", max_length=40)]


class CarriedOut(Schema):
    """What an account has of one kind, counted in words."""

    title: str
    words: list[str]


class ClashOut(Schema):
    """Something both accounts have. `settle`: `keep` (one's own stays), `choose`, `first` (end one of them first)."""

    key: str
    title: str
    settle: Literal["keep", "choose", "first"]
    mine: str
    theirs: str
    way: str


class MergeProposalOut(Schema):
    """What merging would do. The ticket is good for half an hour, in this session."""

    ticket: str
    phone: str
    other_phone: str
    own: list[CarriedOut]
    other: list[CarriedOut]
    clashes: list[ClashOut]
    is_blocked: bool


class MergeIn(Schema):
    """The ticket, the clashes in which the other account's is kept, and that merging is understood."""

    ticket: Annotated[str, Field(max_length=4_000)]
    theirs: Annotated[list[Annotated[str, Field(max_length=32)]], Field(default_factory=list, max_length=200)]
    understood: bool = False


class MergeOut(Schema):
    """One merge, as either account sees it; `is_moving`: rows are on their way. Phones are masked."""

    merge_id: IdText
    state: Literal["cooling", "undone", "sealed"]
    stays: bool
    other_phone: str
    merged_by: str
    merged_at: datetime
    undo_until: datetime
    undone_at: datetime | None
    undone_by: str
    is_moving: bool
    may_undo: bool
    carried: list[CarriedOut]


class MergeUndoIn(Schema):
    """The phone of the account that was joined, and the code sent to it for purpose `undo_merge`."""

    phone: Phone
    code: Code
